/**
 * A duration as kubectl prints ages: one or two units, coarser as it grows (`45s`, `5m30s`, `3h`, `2d4h`, `400d`).
 *
 * A clock that is up to a second ahead gives `0s`, more gives `<invalid>`.
 */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(seconds, 0)}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return days < 365 * 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

/** Age of an RFC 3339 time as a table cell: `<unknown>` without a time, `<invalid>` for text that is none. */
export function ageCell(time: unknown, now: Date): string {
  if (time === undefined || time === null || time === '') return '<unknown>';
  // Date.parse takes more than RFC 3339: a bare number is a year to it.
  const start = typeof time === 'string' && /^\d{4}-\d\d-\d\dT/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(start) ? '<invalid>' : humanDuration(now.getTime() - start);
}
