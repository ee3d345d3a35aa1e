import { clip, runs, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { quoteLine, resultsOf } from '../readings/step-results.ts';
import { nameProcesses } from './process-names.ts';

/** Finds several busy processes that may use one core only, while others are idle. */
export const findCpuAffinity: Rule = (input) => {
  const cores = input.facts.all('cpu', 'cpu').filter((core) => core.text('core') !== 'total');
  const idle = cores.filter((core) => core.number('idle') >= 50);
  return cores
    .filter((core) => core.number('busy') >= 88 && idle.length > 0)
    .flatMap((core) => {
      const pinned = input.facts
        .all('processes', 'process')
        .filter((fact) => !fact.isOwn && fact.text('allowed_cpus') === core.text('core'))
        .filter((fact) => fact.number('run_delay') >= 20 && fact.number('cpu') >= 5);
      const [first] = pinned;
      if (first === undefined || pinned.length < 2) return [];
      const names = nameProcesses(
        pinned.slice(0, 6).map((fact) => ({ comm: fact.text('comm'), pid: fact.text('pid') })),
      );
      return [
        {
          finding: {
            mechanism: 'CPUAffinity',
            component: clip(`processes ${names} pinned to core ${core.text('core')}`, 256),
            statement: clip(
              `${names} may run on core ${core.text('core')} only (Cpus_allowed_list) and share it, ready but waiting up to ${first.text('run_delay')} of the time, while core ${idle[0]?.text('core') ?? '?'} is ${idle[0]?.text('idle') ?? '?'} idle.`,
              1024,
            ),
            evidence: [core, ...idle.slice(0, 1), ...pinned.slice(0, 4)].map((fact) => fact.quote),
          },
          strength: 86,
          nature: 'State' as const,
          topics: /slow|throughput|worker|core|cpu|parallel|scal|affinity|pinn|idle/u,
          needsSymptom: false,
          explains: ['CPUSaturation'],
          place: input.cluster.placeOfCgroup(first.text('cgroup')) ?? 'Host',
          confirmation: {
            hypothesis: clip(`CPUAffinity: ${names} stay pinned to core ${core.text('core')}`, 256),
            actions: [
              runs('cat', `/proc/${first.text('pid')}/status`),
              ...runsIfPresent(input, 'mpstat', '-P', 'ALL', '1', '3'),
              runs('cat', '/proc/pressure/cpu'),
            ],
            judge: (step: DiagnosisStep): Judgement => {
              const allowed = quoteLine(
                resultsOf(step, `cat /proc/${first.text('pid')}/status`)[0],
                /^Cpus_allowed_list:/u,
              );
              if (allowed.length === 0) return { outcome: 'Gone', quotes: [], statement: 'the process has ended' };
              const isPinned = allowed[0]?.quote.split(/\s+/u)[1] === core.text('core');
              return isPinned
                ? { outcome: 'Confirmed', quotes: allowed }
                : { outcome: 'Gone', quotes: allowed, statement: 'the process may use more cores now' };
            },
          },
          plan: [
            `1. See who pinned them: \`taskset -cp ${first.text('pid')}\`, \`CPUAffinity=\` of the unit, or a cpuset cgroup.`,
            `2. Let them use all cores: \`taskset -cp 0-${cores.length - 1} PID\` for each (reversible).`,
          ].join('\n'),
        },
      ];
    });
};
