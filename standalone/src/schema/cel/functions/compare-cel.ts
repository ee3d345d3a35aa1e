/** A duration of cel-js, which does not export the class. */
export interface CelDuration {
  readonly seconds: bigint;
  readonly nanos: number;
  addDuration(other: CelDuration): CelDuration;
}

/** Whether a CEL value is a duration. */
export function isCelDuration(value: unknown): value is CelDuration {
  return typeof value === 'object' && value !== null && 'addDuration' in value;
}

type Ordered = bigint | number | string | boolean;

function ordered(value: unknown): Ordered {
  if (value instanceof Date) return value.getTime();
  if (isCelDuration(value)) return value.seconds * 1_000_000_000n + BigInt(value.nanos);
  return value as Ordered;
}

/** Orders two CEL values of one type: numbers, strings by code point, booleans, times, durations. */
export function compareCel(a: unknown, b: unknown): number {
  const [left, right] = [ordered(a), ordered(b)];
  if (left < right) return -1;
  return Number(left > right);
}

/** Whether two CEL values are the same, whatever their depth; numbers are compared by value. */
export function equalCel(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    const isNumeric = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';
    // eslint-disable-next-line eqeqeq -- CEL compares 1 and 1.0 as equal once types are dynamic
    return isNumeric(a) && isNumeric(b) ? (a as bigint) == (b as bigint) : a === b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalCel(item, b[index]));
  }
  if (a instanceof Date || isCelDuration(a)) return compareCel(a, b) === 0;
  const [left, right] = [entriesOf(a), new Map(entriesOf(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && equalCel(value, right.get(key)));
}

function entriesOf(value: object): [unknown, unknown][] {
  return value instanceof Map ? [...value.entries()] : Object.entries(value);
}
