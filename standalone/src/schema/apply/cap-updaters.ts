import { type Manager, managerKey, type Managers } from './managers.ts';

/** Most managers of kind Update that an object keeps. */
const MAX_UPDATERS = 10;
/** Who holds what older updates set, one entry for each API version. */
const BUCKET_NAME = 'ancient-changes';

/**
 * The managers with at most ten updaters: the oldest of each API version are folded into one, so that an object that
 * many write does not grow with each.
 */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers].filter(([, { operation, fields }]) => operation === 'Update' && !fields.isEmpty);
  if (updaters.length <= MAX_UPDATERS) return managers;
  const result = new Map(managers);
  const firstOf = new Map<string, string>();
  let count = updaters.length;
  for (const [key, manager] of updaters.sort(byAge)) {
    if (count <= MAX_UPDATERS) break;
    const { apiVersion } = manager;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, key);
      continue;
    }
    const bucket = { name: BUCKET_NAME, operation: 'Update', apiVersion, subresource: '' } as const;
    const bucketKey = managerKey(bucket);
    const held = result.get(bucketKey) ?? result.get(first);
    if (!result.has(bucketKey)) result.delete(first);
    result.delete(key);
    const fields = held === undefined ? manager.fields : manager.fields.union(held.fields);
    result.set(bucketKey, { ...bucket, ...(manager.time === undefined ? {} : { time: manager.time }), fields });
    count -= 1;
  }
  return result;
}

function byAge([a, left]: [string, Manager], [b, right]: [string, Manager]): number {
  const [x, y] = left.time === right.time ? [a, b] : [left.time ?? '', right.time ?? ''];
  return x < y ? -1 : Number(x > y);
}
