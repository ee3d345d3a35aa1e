import type { Cause } from '../../schema/kinds.ts';
import { dns1123SubdomainErrors } from '../../schema/metadata/names.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../schema/structural/cause.ts';
import { labelSelectorCauses, matchResourcesCauses, pathSegmentErrors } from './match-resources-causes.ts';
import type { BindingSpec } from './policy-types.ts';

const ACTIONS = ['Audit', 'Deny', 'Warn'];
const NOT_FOUND_ACTIONS = ['Deny', 'Allow'];

/** What is wrong with a binding; the policy that it names need not be there. */
export function bindingCauses({
  policyName = '',
  paramRef,
  matchResources,
  validationActions = [],
}: BindingSpec): Cause[] {
  const field = 'spec.policyName';
  return [
    ...(policyName === ''
      ? [required(field)]
      : dns1123SubdomainErrors(policyName).map((why) => invalid(field, policyName, why))),
    ...(paramRef === undefined ? [] : paramRefCauses(paramRef)),
    ...(matchResources === undefined ? [] : matchResourcesCauses(matchResources, 'spec.matchResources')),
    ...actionCauses(validationActions),
  ];
}

function actionCauses(actions: readonly string[]): Cause[] {
  const field = 'spec.validationActions';
  if (actions.length === 0) return [required(field, 'at least one validation action is required')];
  const causes = actions.flatMap((action, index) => [
    ...(ACTIONS.includes(action) ? [] : [notSupported(`${field}[${index}]`, action, ACTIONS)]),
    ...(actions.slice(0, index).includes(action) ? [duplicate(`${field}[${index}]`, action)] : []),
  ]);
  if (!actions.includes('Deny') || !actions.includes('Warn')) return causes;
  const words =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  return [...causes, invalid(field, actions, words)];
}

function paramRefCauses(paramRef: NonNullable<BindingSpec['paramRef']>): Cause[] {
  const field = 'spec.paramRef';
  const { name = '', selector, parameterNotFoundAction: action = '' } = paramRef;
  const isBoth = name !== '' && selector !== undefined;
  const exclusive = 'name and selector are mutually exclusive';
  return [
    ...pathSegmentErrors(name).map((why) => invalid(`${field}.name`, name, why)),
    ...(isBoth ? [forbidden(`${field}.name`, exclusive)] : []),
    ...labelSelectorCauses(selector, `${field}.selector`),
    ...(isBoth ? [forbidden(`${field}.selector`, exclusive)] : []),
    ...(name === '' && selector === undefined ? [required(field, 'one of name or selector must be specified')] : []),
    ...notFoundActionCauses(action, `${field}.parameterNotFoundAction`),
  ];
}

function notFoundActionCauses(action: string, field: string): Cause[] {
  if (action === '') return [required(field)];
  return NOT_FOUND_ACTIONS.includes(action) ? [] : [notSupported(field, action, NOT_FOUND_ACTIONS)];
}
