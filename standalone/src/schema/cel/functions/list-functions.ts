import { Optional } from '@marcbachmann/cel-js';
import { compareCel, equalCel, isCelDuration } from './compare-cel.ts';
import type { FunctionEntry } from './function-entry.ts';

function extreme(list: readonly unknown[], name: string, sign: 1 | -1): unknown {
  const [first, ...rest] = list;
  if (first === undefined) throw new RangeError(`${name} called on empty list`);
  return rest.reduce((best, next) => (compareCel(next, best) * sign > 0 ? next : best), first);
}

function add(a: unknown, b: unknown): unknown {
  if (isCelDuration(a) && isCelDuration(b)) return a.addDuration(b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  return Number(a) + Number(b);
}

function sum(list: readonly unknown[]): unknown {
  const [first, ...rest] = list;
  return first === undefined ? 0n : rest.reduce(add, first);
}

function flatten(list: readonly unknown[], depth: bigint): unknown[] {
  if (depth < 0n) throw new RangeError('level must be non-negative');
  return list.flat(Number(depth));
}

function slice(list: readonly unknown[], start: bigint, end: bigint): unknown[] {
  if (start < 0n || end < 0n) throw new RangeError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    throw new RangeError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > list.length) throw new RangeError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function distinct(list: readonly unknown[]): unknown[] {
  return list.filter((item, index) => list.findIndex((other) => equalCel(other, item)) === index);
}

const firstOf = (list: unknown[]): Optional => (list.length === 0 ? Optional.none() : Optional.of(list[0]));
const lastOf = (list: unknown[]): Optional => (list.length === 0 ? Optional.none() : Optional.of(list.at(-1)));

/** Kubernetes' list library, and cel-go's list extension. */
export const LIST_FUNCTIONS: readonly FunctionEntry[] = [
  [
    'list<dyn>.isSorted(): bool',
    (list: unknown[]) => list.every((item, index) => index === 0 || compareCel(list[index - 1], item) <= 0),
  ],
  ['list<dyn>.sum(): dyn', sum],
  ['list<dyn>.min(): dyn', (list: unknown[]) => extreme(list, 'min', -1)],
  ['list<dyn>.max(): dyn', (list: unknown[]) => extreme(list, 'max', 1)],
  [
    'list<dyn>.indexOf(dyn): int',
    (list: unknown[], item: unknown) => BigInt(list.findIndex((other) => equalCel(other, item))),
  ],
  [
    'list<dyn>.lastIndexOf(dyn): int',
    (list: unknown[], item: unknown) => BigInt(list.findLastIndex((other) => equalCel(other, item))),
  ],
  ['list<A>.first(): optional<A>', firstOf],
  ['list<A>.last(): optional<A>', lastOf],
  ['list<A>.reverse(): list<A>', (list: unknown[]) => list.toReversed()],
  ['list<A>.sort(): list<A>', (list: unknown[]) => list.toSorted(compareCel)],
  ['list<A>.distinct(): list<A>', distinct],
  ['list<A>.slice(int, int): list<A>', slice],
  ['list<dyn>.flatten(): list<dyn>', (list: unknown[]) => flatten(list, 1n)],
  ['list<dyn>.flatten(int): list<dyn>', flatten],
  [
    'ListsNamespace.range(int): list<int>',
    (_lists: object, count: bigint) => Array.from({ length: Number(count) }, (_item, index) => BigInt(index)),
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
  return part.every((item) => list.some((other) => equalCel(other, item)));
}
