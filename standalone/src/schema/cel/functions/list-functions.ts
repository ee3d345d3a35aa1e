import type { FunctionEntry } from './function-entry.ts';

type Comparable = bigint | number | string | boolean | Date;

function extreme(
  list: readonly Comparable[],
  name: string,
  isBetter: (a: Comparable, b: Comparable) => boolean,
): Comparable {
  const [first, ...rest] = list;
  if (first === undefined) throw new RangeError(`${name} called on empty list`);
  return rest.reduce((best, next) => (isBetter(next, best) ? next : best), first);
}

function sum(list: readonly (bigint | number)[]): bigint | number {
  const [first, ...rest] = list;
  if (first === undefined) return 0n;
  return rest.reduce<bigint | number>(
    (total, next) =>
      typeof total === 'bigint' && typeof next === 'bigint' ? total + next : Number(total) + Number(next),
    first,
  );
}

function equals(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  const numeric = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';
  // eslint-disable-next-line eqeqeq -- CEL compares 1 and 1.0 as equal once types are dynamic
  return numeric(a) && numeric(b) ? (a as bigint) == (b as bigint) : a === b;
}

/** Kubernetes' list library. Elements are scalars, as the library asks. */
export const LIST_FUNCTIONS: readonly FunctionEntry[] = [
  [
    'list<dyn>.isSorted(): bool',
    (list: Comparable[]) => list.every((item, index) => index === 0 || (list[index - 1] ?? item) <= item),
  ],
  ['list<dyn>.sum(): dyn', sum],
  ['list<dyn>.min(): dyn', (list: Comparable[]) => extreme(list, 'min', (a, b) => a < b)],
  ['list<dyn>.max(): dyn', (list: Comparable[]) => extreme(list, 'max', (a, b) => a > b)],
  [
    'list<dyn>.indexOf(dyn): int',
    (list: unknown[], item: unknown) => BigInt(list.findIndex((other) => equals(other, item))),
  ],
  [
    'list<dyn>.lastIndexOf(dyn): int',
    (list: unknown[], item: unknown) => BigInt(list.findLastIndex((other) => equals(other, item))),
  ],
];

/** The sets library: `sets.contains(list, list)` and its kin. */
export const SET_FUNCTIONS: readonly FunctionEntry[] = [
  [
    'SetsNamespace.contains(list<dyn>, list<dyn>): bool',
    (_sets: object, list: unknown[], part: unknown[]) => containsAll(list, part),
  ],
  [
    'SetsNamespace.equivalent(list<dyn>, list<dyn>): bool',
    (_sets: object, a: unknown[], b: unknown[]) => containsAll(a, b) && containsAll(b, a),
  ],
  [
    'SetsNamespace.intersects(list<dyn>, list<dyn>): bool',
    (_sets: object, a: unknown[], b: unknown[]) => a.some((item) => containsAll(b, [item])),
  ],
];

function containsAll(list: readonly unknown[], part: readonly unknown[]): boolean {
  return part.every((item) => list.some((other) => equals(other, item)));
}
