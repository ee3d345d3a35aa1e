import type { Cause } from '../../schema/kinds.ts';
import { labelValueErrors, qualifiedNameErrors } from '../../schema/metadata/names.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../schema/structural/cause.ts';
import type { LabelSelectorObject, MatchResources, ResourceRule } from './policy-types.ts';
import { resourcesCauses } from './resources-causes.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];

/** What is wrong with which writes a policy or binding is about; checked as kube-apiserver does, in its order. */
export function matchResourcesCauses(match: MatchResources, field: string): Cause[] {
  const { matchPolicy = '' } = match;
  return [
    ...(MATCH_POLICIES.includes(matchPolicy)
      ? []
      : [notSupported(`${field}.matchPolicy`, matchPolicy, MATCH_POLICIES)]),
    ...labelSelectorCauses(match.namespaceSelector, `${field}.namespaceSelector`),
    ...labelSelectorCauses(match.objectSelector, `${field}.objectSelector`),
    ...(match.resourceRules ?? []).flatMap((rule, index) => ruleCauses(rule, `${field}.resourceRules[${index}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) =>
      ruleCauses(rule, `${field}.excludeResourceRules[${index}]`),
    ),
  ];
}

/** What is wrong with a label selector. */
export function labelSelectorCauses(selector: LabelSelectorObject | undefined, field: string): Cause[] {
  const labels = Object.entries(selector?.matchLabels ?? {}).flatMap(([key, value]) =>
    [
      ...qualifiedNameErrors(key).map((why) => [key, why] as const),
      ...labelValueErrors(value).map((why) => [value, why] as const),
    ].map(([what, why]) => invalid(`${field}.matchLabels`, what, why)),
  );
  const expressions = (selector?.matchExpressions ?? []).flatMap((requirement, index) =>
    requirementCauses(requirement, `${field}.matchExpressions[${index}]`),
  );
  return [...labels, ...expressions];
}

type Requirement = NonNullable<LabelSelectorObject['matchExpressions']>[number];

function requirementCauses({ key = '', operator = '', values = [] }: Requirement, field: string): Cause[] {
  return [
    ...operatorCauses(operator, values, field),
    ...qualifiedNameErrors(key).map((why) => invalid(`${field}.key`, key, why)),
    ...values.flatMap((value, index) =>
      labelValueErrors(value).map((why) => invalid(`${field}.values[${index}]`, value, why)),
    ),
  ];
}

function operatorCauses(operator: string, values: readonly string[], field: string): Cause[] {
  if (operator === 'In' || operator === 'NotIn') {
    const words = "must be specified when `operator` is 'In' or 'NotIn'";
    return values.length === 0 ? [required(`${field}.values`, words)] : [];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const words = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return values.length > 0 ? [forbidden(`${field}.values`, words)] : [];
  }
  return [invalid(`${field}.operator`, operator, 'not a valid selector operator')];
}

function ruleCauses(rule: ResourceRule, field: string): Cause[] {
  const { resourceNames = [], operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  return [
    ...resourceNames.flatMap((name, index) =>
      resourceNameCauses(name, resourceNames.slice(0, index), `${field}.resourceNames[${index}]`),
    ),
    ...listCauses(operations, `${field}.operations`, 'operations'),
    ...operations.flatMap((operation, index) =>
      OPERATIONS.includes(operation) ? [] : [notSupported(`${field}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...listCauses(apiGroups, `${field}.apiGroups`, 'API groups'),
    ...listCauses(apiVersions, `${field}.apiVersions`, 'API versions'),
    ...apiVersions.flatMap((version, index) => (version === '' ? [required(`${field}.apiVersions[${index}]`)] : [])),
    ...resourcesCauses(resources, `${field}.resources`),
    ...(scope === undefined || SCOPES.includes(scope) ? [] : [notSupported(`${field}.scope`, scope, SCOPES)]),
  ];
}

function listCauses(items: readonly string[], field: string, what: string): Cause[] {
  if (items.length === 0) return [required(field)];
  if (items.length === 1 || !items.includes('*')) return [];
  return [invalid(field, items, `if '*' is present, must not specify other ${what}`)];
}

function resourceNameCauses(name: string, before: readonly string[], field: string): Cause[] {
  const causes = pathSegmentErrors(name).map((why) => invalid(field, name, why));
  return before.includes(name) ? [...causes, duplicate(field, name)] : causes;
}

/** Why a text cannot be one segment of a URL path. */
export function pathSegmentErrors(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((char) => text.includes(char)).map((char) => `may not contain '${char}'`);
}
