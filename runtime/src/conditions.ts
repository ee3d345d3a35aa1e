/** `metav1.Condition`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** PascalCase, from the closed list of the condition type. */
  reason: string;
  message: string;
  /** RFC 3339, whole seconds; moves only when `status` does. */
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** What a caller says about a condition; the transition time is worked out. */
export interface ConditionInput {
  type: string;
  status: Condition['status'];
  reason: string;
  message: string;
  observedGeneration?: number | undefined;
}

/** The condition of that type, if the list has one. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The list with one condition set; the input list is left alone.
 *
 * `lastTransitionTime` moves only when `status` changes, so a new message does not look like a
 * new event to `kubectl wait` or to an alert on the age of a condition. The order of the list is kept.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  input: ConditionInput,
  now: Date,
): Condition[] {
  const list = conditions ?? [];
  const previous = findCondition(list, input.type);
  const next: Condition = {
    type: input.type,
    status: input.status,
    reason: input.reason,
    message: input.message,
    lastTransitionTime: previous?.status === input.status ? previous.lastTransitionTime : wholeSeconds(now),
    ...(input.observedGeneration === undefined ? {} : { observedGeneration: input.observedGeneration }),
  };
  return previous ? list.map((condition) => (condition === previous ? next : condition)) : [...list, next];
}

/** `metav1.Time` as Kubernetes writes it: a fraction would not survive a round trip through Go clients. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
