/**
 * Parses the kernel's `key value` files: /proc/meminfo, /proc/vmstat, cpu.stat, memory.stat, memory.events, /proc/PID/io.
 * A colon after the key and a unit after the value are dropped; values are as the file has them (kB in meminfo).
 */
export function parseKeyValues(text: string | undefined): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const match of (text ?? '').matchAll(/^(\S+?):?\s+(-?\d+)/gmu)) {
    const [, key = '', value] = match;
    values.set(key, Number(value));
  }
  return values;
}

/** The first integer in a text; `undefined` when there is none (an absent file, `max`). */
export function parseInteger(text: string | undefined): number | undefined {
  const match = /^\s*(-?\d+)/u.exec(text ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** How much a counter grew; `undefined` when either end is unknown, 0 when it was reset in between. */
export function growth(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : Math.max(0, after - before);
}
