import type { LabelSelectorObject } from '../kind/policy-types.ts';

type Labels = Readonly<Record<string, string>>;

/** True when a selector asks for nothing. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelectorObject): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** True when labels fulfil a meta/v1 LabelSelector, which was found valid. */
export function matchesSelector(selector: LabelSelectorObject, labels: Labels = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const own = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(matchLabels).every(([key, value]) => own(key) === value) &&
    matchExpressions.every(({ key = '', operator = '', values = [] }) => isMet(operator, own(key), values))
  );
}

/** `NotIn` also holds where there is no such label. */
function isMet(operator: string, value: string | undefined, values: readonly string[]): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isIn = value !== undefined && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}
