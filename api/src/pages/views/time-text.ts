import { html, type Html } from '../html/html.ts';

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** A point in time as people say it: `3 minutes ago`, `in 9 minutes`, `just now`. */
export function relativeText(time: Date, now: Date): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  if (Math.abs(seconds) < 10) return 'just now';
  // What was made for a day a moment ago ends in a day, not in 23 hours.
  const ahead = seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60;
  return seconds < 0 ? `${durationText(-seconds)} ago` : `in ${durationText(ahead)}`;
}

/** A span as people say it, in its largest unit: `45 seconds`, `1 hour`. */
export function durationText(seconds: number): string {
  const [name, unitSeconds] = UNITS.find(([, unit]) => seconds >= unit) ?? ['second', 1];
  const amount = Math.floor(seconds / unitSeconds);
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}

/** A point in time in words, with the exact one in UTC behind it; a dash when there is none. */
export function timeTag(time: string | Date | undefined, now: Date): Html {
  const date = new Date(time ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return html`<span class="muted">never</span>`;
  return html`<time datetime="${date.toISOString()}" title="${utcText(date)}">${relativeText(date, now)}</time>`;
}

/** `2026-11-25 17:30:00 UTC`. */
export function utcText(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
