import { CodedError } from '@nannyapi/process';
import { parseLabelSelector } from '../schema/index.ts';
import type { ResourceAttributes, SelectorAttributes } from './access-review-spec.ts';

const OPERATORS: ReadonlySet<string | undefined> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** Selectors that were not understood: the decision does without them, and the review says so. RBAC looks at none. */
export function selectorFaults(attributes: ResourceAttributes | undefined): string[] {
  return [
    ...faultOf('fieldSelector', attributes?.fieldSelector, isFieldSelector, isFieldRequirement),
    ...faultOf('labelSelector', attributes?.labelSelector, isLabelSelector, ({ operator }) => OPERATORS.has(operator)),
  ];
}

type Requirement = NonNullable<SelectorAttributes['requirements']>[number];

function faultOf(
  field: string,
  selector: SelectorAttributes | undefined,
  isSelector: (raw: string) => boolean,
  isRequirement: (requirement: Requirement) => boolean,
): string[] {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  const known = requirements.filter(isRequirement).length;
  if (isSelector(rawSelector) && known === requirements.length) return [];
  const how = known > 0 ? 'partially ignored' : 'ignored';
  return [`spec.resourceAttributes.${field} ${how} due to parse error`];
}

function isFieldSelector(raw: string): boolean {
  return raw.split(',').every((term) => term === '' || term.includes('='));
}

/** Fields can be compared with one value, and no more. */
function isFieldRequirement({ operator, values = [] }: Requirement): boolean {
  return (operator === 'In' || operator === 'NotIn') && values.length === 1;
}

function isLabelSelector(raw: string): boolean {
  try {
    parseLabelSelector(raw);
    return true;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return false;
  }
}
