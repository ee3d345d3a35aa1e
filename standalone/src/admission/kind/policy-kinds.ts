import { AGE, defineBuiltin } from '../../schema/builtin/define-builtin.ts';
import type { ApiObject, CompiledKind } from '../../schema/kinds.ts';
import type { CompiledColumn } from '../../schema/table/table.ts';
import { AdmissionEnvironment } from '../cel/admission-environment.ts';
import { bindingCauses } from './binding-causes.ts';
import { policyCauses } from './policy-causes.ts';
import { BINDING_SPEC, POLICY_SPEC, POLICY_STATUS } from './policy-schemas.ts';
import type { Binding, BindingSpec, MatchResources, Policy, PolicySpec } from './policy-types.ts';

/** The API group of policies. */
export const ADMISSION_GROUP = 'admissionregistration.k8s.io';

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. */
export function validatingAdmissionPolicyKind(): CompiledKind {
  const environment = new AdmissionEnvironment();
  return defineBuiltin({
    group: ADMISSION_GROUP,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    namespaced: false,
    categories: ['api-extensions'],
    description: 'Rules for writes, in CEL. In force where a binding names it.',
    properties: { spec: POLICY_SPEC, status: POLICY_STATUS },
    hasStatus: true,
    judgedBy: { type: 'object' },
    struct: { pointers: POINTERS, always: { spec: {}, status: {} } },
    columns: [
      column('Validations', 'integer', (policy) => (policySpec(policy).validations ?? []).length),
      column('ParamKind', 'string', (policy) => {
        const { paramKind } = policySpec(policy);
        return paramKind === undefined ? '<unset>' : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`;
      }),
      AGE,
    ],
    canonicalize: (policy) => withPolicyDefaults(policy as Policy),
    extraCauses: (policy) => policyCauses(environment, policy),
  });
}

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export function validatingAdmissionPolicyBindingKind(): CompiledKind {
  return defineBuiltin({
    group: ADMISSION_GROUP,
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    namespaced: false,
    categories: ['api-extensions'],
    description: 'Puts a policy into force.',
    properties: { spec: BINDING_SPEC },
    judgedBy: { type: 'object' },
    struct: { pointers: POINTERS, always: { spec: {} } },
    columns: [
      column('PolicyName', 'string', (binding) => bindingSpec(binding).policyName ?? ''),
      column('ParamRef', 'string', (binding) => shownParamRef(bindingSpec(binding).paramRef)),
      AGE,
    ],
    canonicalize: (binding) => withBindingDefaults(binding as Binding),
    extraCauses: (binding) => bindingCauses(bindingSpec(binding)),
  });
}

/** Fields of Go's structs that are there when they are empty. */
const MATCH_POINTERS = ['namespaceSelector', 'objectSelector', 'matchPolicy'];
const POINTERS: readonly string[] = [
  'spec.failurePolicy',
  'spec.validations.expression',
  'spec.validations.reason',
  'spec.matchConditions.name',
  'spec.matchConditions.expression',
  'spec.variables.name',
  'spec.variables.expression',
  'spec.auditAnnotations.key',
  'spec.auditAnnotations.valueExpression',
  'spec.paramRef.parameterNotFoundAction',
  ...['matchConstraints', 'matchResources'].flatMap((match) => [
    ...MATCH_POINTERS.map((field) => `spec.${match}.${field}`),
    `spec.${match}.resourceRules.scope`,
    `spec.${match}.excludeResourceRules.scope`,
  ]),
];

function withPolicyDefaults(policy: Policy): ApiObject {
  const { spec } = policy;
  if (typeof spec !== 'object' || spec === null) return policy;
  const { matchConstraints } = spec;
  return {
    ...policy,
    spec: {
      ...spec,
      failurePolicy: spec.failurePolicy ?? 'Fail',
      ...(matchConstraints === undefined ? {} : { matchConstraints: withMatchDefaults(matchConstraints) }),
    },
  };
}

function withBindingDefaults(binding: Binding): ApiObject {
  const { spec } = binding;
  if (typeof spec !== 'object' || spec === null || spec.matchResources === undefined) return binding;
  return { ...binding, spec: { ...spec, matchResources: withMatchDefaults(spec.matchResources) } };
}

function withMatchDefaults(match: MatchResources): MatchResources {
  const withScope = (rules: MatchResources['resourceRules']): MatchResources['resourceRules'] =>
    rules?.map((rule) => ({ ...rule, scope: rule.scope ?? '*' }));
  const { resourceRules, excludeResourceRules } = match;
  return {
    ...match,
    matchPolicy: match.matchPolicy ?? 'Equivalent',
    namespaceSelector: match.namespaceSelector ?? {},
    objectSelector: match.objectSelector ?? {},
    ...(resourceRules === undefined ? {} : { resourceRules: withScope(resourceRules) ?? [] }),
    ...(excludeResourceRules === undefined ? {} : { excludeResourceRules: withScope(excludeResourceRules) ?? [] }),
  };
}

function policySpec(policy: ApiObject): PolicySpec {
  return (policy as Policy).spec ?? {};
}

function bindingSpec(binding: ApiObject): BindingSpec {
  return (binding as Binding).spec ?? {};
}

function shownParamRef(paramRef: BindingSpec['paramRef']): string {
  const { name = '', namespace = '', selector } = paramRef ?? {};
  if (name !== '') return `${namespace === '' ? '*' : namespace}/${name}`;
  return selector === undefined ? '<unset>' : JSON.stringify(selector);
}

function column(name: string, type: string, cell: (object: ApiObject) => string | number): CompiledColumn {
  return { definition: { name, type, format: '', description: `${name}.`, priority: 0 }, cell };
}
