import { factLine, withUnit } from '@nannyapi/protocol';

const WINDOW_SECONDS = 7 * 24 * 3600;
const NEWEST = 30;

/** Lines of item `changes` from the text of /var/log/dpkg.log, newest first; `undefined` where there is none. */
export function changeLines(dpkgLog: string | undefined, now: Date): string[] {
  if (dpkgLog === undefined) {
    return [factLine('missing', { what: 'package changes', why: '/var/log/dpkg.log is absent or not readable' })];
  }
  const changes = [...dpkgLog.matchAll(/^(\S+ \S+) (install|upgrade|remove|purge) (\S+) (\S+) (\S+)$/gmu)]
    .map(([, time = '', action, name, from, to]) => {
      // dpkg writes the host's local time without a zone; the agent runs in that zone.
      const ageSeconds = (now.getTime() - new Date(time.replace(' ', 'T')).getTime()) / 1000;
      return { time, action, name, from, to, ageSeconds };
    })
    .filter(({ ageSeconds }) => ageSeconds >= 0 && ageSeconds <= WINDOW_SECONDS)
    .reverse()
    .slice(0, NEWEST);
  if (changes.length === 0) {
    return [factLine('missing', { what: 'package changes', why: 'none within the last 7 days' })];
  }
  return changes.map(({ ageSeconds, ...change }) =>
    factLine('package', { ...change, age: withUnit(Math.round(ageSeconds), 's') }),
  );
}
