import { withUnit } from '@nannyapi/protocol';

/** How long ago a time was, as a fact tells it; `undefined` for what is no time. A clock that goes before ours makes it 0. */
export function ageOf(time: string | null | undefined, now: Date): string | undefined {
  const seconds = secondsSince(time, now);
  return seconds === undefined ? undefined : withUnit(seconds, 's');
}

/** Whole seconds since a time, at least 0. */
export function secondsSince(time: string | null | undefined, now: Date): number | undefined {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.round((now.getTime() - ms) / 1000));
}
