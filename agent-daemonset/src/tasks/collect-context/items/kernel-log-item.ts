import { factLine, withUnit } from '@nannyapi/protocol';
import type { Sample } from '../sample.ts';

const TOLD_LEVELS: ReadonlySet<string> = new Set(['emerg', 'alert', 'crit', 'err', 'warn']);
/** Said at a lower level, but telling. */
const TELLING = /segfault|oom-kill|I\/O error|blocked for more than|read-only|link is (?:up|down)|throttl/iu;
const NEWEST = 40;
const WINDOW_SECONDS = 3600;

/** Lines of item `kernel-log`, newest first. */
export function kernelLogLines(sample: Sample): string[] {
  if ('unreadable' in sample.kernelLog) {
    return [factLine('missing', { what: 'kernel log', why: sample.kernelLog.unreadable })];
  }
  const told = sample.kernelLog.lines
    .map((line) => ({ line, ageSeconds: sample.after.uptimeSeconds - line.atSeconds }))
    .filter(({ ageSeconds }) => ageSeconds <= WINDOW_SECONDS)
    .filter(({ line }) => TOLD_LEVELS.has(line.level) || TELLING.test(line.text))
    .reverse()
    .slice(0, NEWEST);
  if (told.length === 0) {
    return [factLine('missing', { what: 'errors and warnings', why: 'none within the last hour' })];
  }
  return told.map(({ line, ageSeconds }) =>
    factLine('kernel', {
      age: withUnit(Math.max(0, Math.round(ageSeconds)), 's'),
      level: line.level,
      text: line.text,
    }),
  );
}
