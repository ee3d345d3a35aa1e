import type { ApiObject } from '../../schema/kinds.ts';

/** A meta/v1 LabelSelector. */
export interface LabelSelectorObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key?: string; operator?: string; values?: string[] }[];
}

/** Which writes a rule is about. `*` is all, `x/*` the subresources of x, and x itself not among them. */
export interface ResourceRule {
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  operations?: string[];
  /** `Cluster`, `Namespaced` or `*`, the default. */
  scope?: string;
  resourceNames?: string[];
}

/** Which writes a policy or a binding is about. */
export interface MatchResources {
  resourceRules?: ResourceRule[];
  excludeResourceRules?: ResourceRule[];
  namespaceSelector?: LabelSelectorObject;
  objectSelector?: LabelSelectorObject;
  matchPolicy?: string;
}

/** A name for an expression. */
export interface NamedExpression {
  name?: string;
  expression?: string;
}

/** One rule of a policy. */
export interface PolicyValidation {
  expression?: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
}

/** `spec` of an admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy; what must be there may be missing until it was validated. */
export interface PolicySpec {
  failurePolicy?: string;
  paramKind?: { apiVersion?: string; kind?: string };
  matchConstraints?: MatchResources;
  matchConditions?: NamedExpression[];
  variables?: NamedExpression[];
  validations?: PolicyValidation[];
  auditAnnotations?: { key?: string; valueExpression?: string }[];
}

/** `spec` of an admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export interface BindingSpec {
  policyName?: string;
  paramRef?: {
    name?: string;
    namespace?: string;
    selector?: LabelSelectorObject;
    parameterNotFoundAction?: string;
  };
  matchResources?: MatchResources;
  validationActions?: string[];
}

/** A ValidatingAdmissionPolicy. */
export interface Policy extends ApiObject {
  spec: PolicySpec;
}

/** A ValidatingAdmissionPolicyBinding. */
export interface Binding extends ApiObject {
  spec: BindingSpec;
}
