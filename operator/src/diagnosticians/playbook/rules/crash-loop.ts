import { clip, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

const FRESH_SECONDS = 120;
const MIN_CRASHES = 3;
const CRASH = /^(.+?)\[(\d+)\](?:: segfault at| general protection|: trap )/u;

/** Finds programs that crash again and again, as the kernel log tells. */
export const findCrashLoop: Rule = (input) => {
  const crashes = input.facts.all('kernel-log', 'kernel').filter((line) => CRASH.test(line.text('text')));
  const names = new Set(crashes.map((line) => CRASH.exec(line.text('text'))?.[1] ?? ''));
  return [...names].flatMap((comm) => {
    const own = crashes.filter((line) => CRASH.exec(line.text('text'))?.[1] === comm);
    const [newest] = own;
    if (newest === undefined || own.length < MIN_CRASHES || newest.number('age') > FRESH_SECONDS) return [];
    const pid = CRASH.exec(newest.text('text'))?.[2] ?? '?';
    return [
      {
        finding: {
          mechanism: 'CrashLoop',
          component: clip(`process ${comm} (last pid ${pid})`, 256),
          statement: clip(
            `${comm} crashes again and again with a memory fault (SIGSEGV): ${own.length} times in the kernel log, the last ${newest.text('age')} ago.`,
            1024,
          ),
          evidence: own.slice(0, 3).map((line) => line.quote),
        },
        strength: 80,
        nature: 'Event' as const,
        topics: /crash|segfault|\bdie[ds]?\b|restart|core dump|sigsegv|139|exit|fail|flap/u,
        needsSymptom: false,
        explains: [],
        // The kernel does not say in which control group it crashed; the API server tells of containers that end so.
        place: 'Host' as const,
        confirmation: {
          hypothesis: clip(`CrashLoop of ${comm} goes on`, 256),
          actions: [...runsIfPresent(input, 'vmstat', '1', '4'), ...runsIfPresent(input, 'dmesg')],
          judge: (step: DiagnosisStep): Judgement => judge(step, newest.text('text')),
        },
        plan: [
          `1. See what changed for ${comm} lately (package, configuration, library): evidence ${input.facts.id('changes')}.`,
          '2. Take a core dump (`coredumpctl`, `ulimit -c`) and its backtrace.',
          '3. Stop the restarts until it is mended, or go back to the version that worked.',
        ].join('\n'),
      },
    ];
  });
};

/** A loop goes on: while it was looked at again, a crash was added that the context does not know. */
function judge(step: DiagnosisStep, newestKnown: string): Judgement {
  const log = quoteLine(resultsOf(step, 'dmesg')[0], /segfault at|general protection/u, 'last');
  const [last] = log;
  if (last === undefined) return { outcome: 'Unclear', statement: 'the kernel log could not be read again' };
  return last.quote.includes(newestKnown.slice(0, 60))
    ? { outcome: 'Gone', quotes: log, statement: 'it did not crash again in the following seconds' }
    : { outcome: 'Confirmed', quotes: log };
}
