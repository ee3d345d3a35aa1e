import type { ApiObject, Cause } from '../../schema/kinds.ts';
import { qualifiedNameErrors } from '../../schema/metadata/names.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../schema/structural/cause.ts';
import type { AdmissionEnvironment, Declarations } from '../cel/admission-environment.ts';
import { checkExpression } from '../cel/check-expression.ts';
import { matchResourcesCauses } from './match-resources-causes.ts';
import { paramKindCauses } from './param-kind-causes.ts';
import type { NamedExpression, PolicySpec, PolicyValidation } from './policy-types.ts';

const FAILURE_POLICIES = ['Fail', 'Ignore'];
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_MATCH_CONDITIONS = 64;
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION_CHARS = 5 * 1024;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** What is wrong with a policy, its expressions included; checked as kube-apiserver does, in its order. */
export function policyCauses(environment: AdmissionEnvironment, policy: ApiObject): Cause[] {
  const spec = (policy['spec'] ?? {}) as PolicySpec;
  const { failurePolicy = '', paramKind, matchConstraints, matchConditions = [], variables = [] } = spec;
  const shared: Declarations = { hasParams: paramKind !== undefined, hasAuthorizer: true };
  const declared = declareVariables(environment, variables, shared);
  return [
    ...(FAILURE_POLICIES.includes(failurePolicy)
      ? []
      : [notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES)]),
    ...(paramKind === undefined ? [] : paramKindCauses(paramKind, 'spec.paramKind')),
    ...constraintCauses(matchConstraints),
    ...conditionCauses(environment, matchConditions, shared),
    ...declared.causes,
    ...ruleCauses(environment, policy, variables.length === 0 ? shared : { ...shared, variables: declared.types }),
  ];
}

function constraintCauses(match: PolicySpec['matchConstraints']): Cause[] {
  const field = 'spec.matchConstraints';
  if (match === undefined) return [required(field)];
  const causes = matchResourcesCauses(match, field);
  return (match.resourceRules ?? []).length === 0 ? [...causes, required(`${field}.resourceRules`)] : causes;
}

function conditionCauses(
  environment: AdmissionEnvironment,
  conditions: readonly NamedExpression[],
  declarations: Declarations,
): Cause[] {
  const field = 'spec.matchConditions';
  const causes =
    conditions.length > MAX_MATCH_CONDITIONS ? [tooMany(field, conditions.length, MAX_MATCH_CONDITIONS)] : [];
  const names = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${field}[${index}]`;
    const trimmed = expression.trim();
    if (trimmed === '') causes.push(required(`${at}.expression`));
    else causes.push(...typeCauses(trimmed, environment.checker(declarations), `${at}.expression`, ['bool']));
    if (name === '') causes.push(required(`${at}.name`));
    else causes.push(...qualifiedNameErrors(name).map((why) => invalid(`${at}.name`, name, why)));
    if (names.has(name)) causes.push(duplicate(`${at}.name`, name));
    else if (name !== '') names.add(name);
  }
  return causes;
}

/** Each variable may read those before it. */
function declareVariables(
  environment: AdmissionEnvironment,
  variables: readonly NamedExpression[],
  declarations: Declarations,
): { causes: Cause[]; types: Map<string, string> } {
  const types = new Map<string, string>();
  const causes = variables.flatMap(({ name = '', expression = '' }, index) => {
    const at = `spec.variables[${index}]`;
    const found = variableNameCauses(name, `${at}.name`);
    if (expression.trim() === '') return [...found, required(`${at}.expression`, 'expression is not specified')];
    const checker = environment.checker({ ...declarations, variables: new Map(types) });
    const checked = checkExpression(expression, checker);
    // What reads a variable that does not compile is not blamed for it.
    types.set(name, 'type' in checked ? knownType(checked.type) : 'dyn');
    return 'type' in checked ? found : [...found, invalid(`${at}.expression`, expression, checked.fault)];
  });
  return { causes, types };
}

/** The checker has no name for a null by itself. */
function knownType(type: string): string {
  return type === 'null' ? 'dyn' : type;
}

function variableNameCauses(name: string, field: string): Cause[] {
  if (name.trim() === '') return [required(field, 'name is not specified')];
  const isIdentifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name);
  return isIdentifier ? [] : [invalid(field, name, 'must be a valid CEL identifier')];
}

function ruleCauses(environment: AdmissionEnvironment, policy: ApiObject, declarations: Declarations): Cause[] {
  const { validations = [], auditAnnotations = [] } = (policy['spec'] ?? {}) as PolicySpec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const words = 'validations or auditAnnotations must contain at least one item';
    return [required('spec.validations', words), required('spec.auditAnnotations', words)];
  }
  const checker = environment.checker(declarations);
  const messageChecker = environment.checker({ ...declarations, hasAuthorizer: false });
  const field = 'spec.auditAnnotations';
  const excess = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`;
  return [
    ...validations.flatMap((validation, index) =>
      validationCauses(validation, `spec.validations[${index}]`, { checker, messageChecker }),
    ),
    ...(auditAnnotations.length > MAX_AUDIT_ANNOTATIONS ? [invalid(field, auditAnnotations, excess)] : []),
    ...auditAnnotations.flatMap((annotation, index) => {
      const at = `${field}[${index}]`;
      const isAgain = auditAnnotations.slice(0, index).some(({ key }) => key === annotation.key);
      const causes = annotationCauses(policy.metadata.name ?? '', annotation, at, checker);
      return isAgain ? [...causes, duplicate(`${at}.key`, annotation.key)] : causes;
    }),
  ];
}

type Checker = ReturnType<AdmissionEnvironment['checker']>;

function validationCauses(
  { expression = '', message = '', messageExpression = '', reason }: PolicyValidation,
  field: string,
  { checker, messageChecker }: { checker: Checker; messageChecker: Checker },
): Cause[] {
  const causes: Cause[] = [];
  if (expression.trim() === '') causes.push(required(`${field}.expression`, 'expression is not specified'));
  else causes.push(...typeCauses(expression, checker, `${field}.expression`, ['bool']));
  const empty = 'must be non-empty if specified';
  if (messageExpression !== '' && messageExpression.trim() === '') {
    causes.push(invalid(`${field}.messageExpression`, messageExpression, empty));
  } else if (messageExpression !== '') {
    causes.push(...typeCauses(messageExpression, messageChecker, `${field}.messageExpression`, ['string']));
  }
  if (message !== '' && message.trim() === '') causes.push(invalid(`${field}.message`, message, empty));
  else if (/[\n\r]/.test(message.trim())) {
    causes.push(invalid(`${field}.message`, message, 'must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) causes.push(notSupported(`${field}.reason`, reason, REASONS));
  return causes;
}

function annotationCauses(
  policyName: string,
  { key = '', valueExpression = '' }: { key?: string; valueExpression?: string },
  field: string,
  checker: Checker,
): Cause[] {
  const whole = `${policyName}/${key}`;
  const causes =
    policyName === ''
      ? [invalid(`${field}.key`, key, 'requires metadata.name be non-empty')]
      : qualifiedNameErrors(whole).map((why) => invalid(`${field}.key`, whole, why));
  const at = `${field}.valueExpression`;
  const trimmed = valueExpression.trim();
  if (trimmed === '') return [...causes, required(at, 'valueExpression is not specified')];
  if (trimmed.length > MAX_VALUE_EXPRESSION_CHARS) {
    return [...causes, required(at, `must not exceed ${MAX_VALUE_EXPRESSION_CHARS} bytes in length`)];
  }
  return [...causes, ...typeCauses(trimmed, checker, at, ['string', 'null_type'])];
}

function typeCauses(expression: string, checker: Checker, field: string, wanted: readonly string[]): Cause[] {
  const checked = checkExpression(expression, checker, wanted);
  return 'fault' in checked ? [invalid(field, expression, checked.fault)] : [];
}
