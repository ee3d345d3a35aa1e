import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { placeOfPid } from '../cluster/group-names.ts';
import { tellPlace } from '../cluster/pod-names.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';

const EXHAUSTED_USE_PERCENT = 97;

/** Finds processes that may open no more files. */
export const findFileDescriptorsExhausted: Rule = (input) =>
  input.facts
    .all('limits', 'fd_process')
    .filter((fact) => !fact.isOwn && fact.number('use') >= EXHAUSTED_USE_PERCENT)
    .map((fact) => {
      const pid = fact.text('pid');
      const place = placeOfPid(input, pid);
      const name = `process ${fact.text('comm')} (pid ${pid})${tellPlace(place)}`;
      return {
        finding: {
          mechanism: 'FileDescriptorsExhausted',
          component: clip(name, 256),
          statement: clip(
            `${name} has ${fact.text('fds')} files open and its soft limit is ${fact.text('nofile_soft')}: every further open, socket or accept fails with "Too many open files".`,
            1024,
          ),
          evidence: [fact.quote],
        },
        strength: 82,
        nature: 'State' as const,
        topics: /files?\b|descriptor|emfile|\bfds?\b|open|accept|connect|socket|limit|refus/u,
        needsSymptom: false,
        explains: [],
        place,
        confirmation: {
          hypothesis: clip(`FileDescriptorsExhausted: ${name} stays at its limit`, 256),
          actions: [...runsIfPresent(input, 'ls', '-l', `/proc/${pid}/fd`), runs('cat', `/proc/${pid}/limits`)],
          judge: (step: DiagnosisStep): Judgement => judge(step, pid, fact.number('nofile_soft')),
        },
        plan: [
          `1. See what it holds open: \`ls -l /proc/${pid}/fd | awk '{print $NF}' | sort | uniq -c | sort -n | tail\`. One target many times is a leak.`,
          '2. A leak: restart it to win time, and mend the code that does not close.',
          `3. No leak: raise the limit (\`LimitNOFILE=\` of its unit; at once \`prlimit --pid ${pid} --nofile=4096\`).`,
        ].join('\n'),
      };
    });

function judge(step: DiagnosisStep, pid: string, limit: number): Judgement {
  const listing = resultsOf(step, `ls -l /proc/${pid}/fd`)[0];
  const limits = quoteLine(resultsOf(step, `cat /proc/${pid}/limits`)[0], /^Max open files/u);
  if (limits.length === 0) return { outcome: 'Gone', quotes: [], statement: `process ${pid} has ended` };
  const targets = new Map<string, string[]>();
  const lines = (listing?.text ?? '').split('\n').filter((line) => line.includes(' -> '));
  for (const line of lines) {
    const target = line.slice(line.indexOf(' -> ') + 4);
    targets.set(target, [...(targets.get(target) ?? []), line.trim()]);
  }
  // Without the right to list them the context's count has to stand.
  if (lines.length > 0 && lines.length < limit * 0.9) {
    return { outcome: 'Gone', quotes: limits, statement: `process ${pid} closed files again` };
  }
  const [most] = [...targets].sort((a, b) => b[1].length - a[1].length);
  return {
    outcome: 'Confirmed',
    quotes: [
      ...limits,
      ...(most?.[1][0] !== undefined && listing ? [{ id: listing.evidenceID, quote: most[1][0] }] : []),
    ],
    ...(most === undefined
      ? {}
      : { planNote: `${most[1].length} of its ${lines.length} open files are \`${most[0]}\`.` }),
  };
}
