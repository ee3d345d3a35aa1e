import { clip, runsIfPresent } from '../candidate.ts';
import type { Judgement, Rule } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { nameGroup } from '../cluster/group-names.ts';
import { printFiles, readCounter } from '../readings/counter-reading.ts';
import { readTop } from '../readings/top-reading.ts';

/** Against the default of 1024, such a share gets next to nothing on a busy core. */
const TINY_SHARES = 128;
const TINY_WEIGHT = 12;
/** A group that its quota stops as often as this waits for the quota, whatever its share is. */
const THROTTLED_SHARE_PERCENT = 25;

/** Finds control groups with so small a share of the CPU that their ready tasks do not run. */
export const findCpuSharesStarvation: Rule = (input) =>
  input.facts
    .all('cgroups', 'cpu_cgroup')
    .filter((group) => !group.isOwn && isTiny(group) && group.number('cpu') < 20)
    .filter((group) => group.number('throttled_share') < THROTTLED_SHARE_PERCENT)
    .flatMap((group) => {
      const starved = input.facts
        .all('processes', 'process')
        .find((fact) => isMember(fact, group) && fact.number('run_delay') >= 50 && fact.number('cpu') < 15);
      if (starved === undefined) return [];
      const path = group.text('path');
      const named = nameGroup(input, path, '');
      const file = group.text('version') === '1' ? `${path}/cpu.shares` : `${path}/cpu.weight`;
      const share =
        group.text('version') === '1'
          ? `cpu.shares ${group.text('shares')} against 1024`
          : `cpu.weight ${group.text('weight')} against 100`;
      const name = `${starved.text('comm')} (pid ${starved.text('pid')})`;
      return [
        {
          finding: {
            mechanism: 'CPUSharesStarvation',
            component: clip(named.place === 'Host' ? `cgroup ${path} (task ${name})` : named.component, 256),
            statement: clip(
              `${named.subject} has ${share} by default, so on a busy core its task ${name} was ready to run ${starved.text('run_delay')} of the time and ran only ${starved.text('cpu')}. ${tellQuota(group)}`,
              1024,
            ),
            evidence: [group.quote, starved.quote, ...named.quotes],
          },
          strength: 84,
          nature: 'Load' as const,
          topics: /progress|starv|slow|batch|\bjob\b|worker|stall|share|weight|nothing|cpu|longer/u,
          needsSymptom: false,
          explains: ['CPUSaturation'],
          place: named.place,
          confirmation: {
            hypothesis: clip(`CPUSharesStarvation of ${named.name} lasts`, 256),
            actions: [printFiles(file), ...runsIfPresent(input, 'top', '-b', '-n', '2', '-d', '3', '-w', '160')],
            judge: (step: DiagnosisStep): Judgement => judge(step, file, starved.number('pid')),
          },
          plan: [
            `1. See who set the share and why: \`cat ${file}\`.`,
            `2. Give it a fair one where it is set (\`CPUWeight=\`, container \`cpu requests\`), or at once: \`echo ${group.text('version') === '1' ? '1024' : '100'} > ${file}\`.`,
            '3. Or move the work that fills the core elsewhere.',
          ].join('\n'),
        },
      ];
    });

function tellQuota(group: ContextFact<'cpu_cgroup'>): string {
  const throttled = group.number('sample_nr_throttled');
  if (throttled === 0) return 'No quota throttles it.';
  return `Its quota stopped it in ${throttled} of ${group.number('sample_nr_periods')} periods only.`;
}

function isTiny(group: ContextFact<'cpu_cgroup'>): boolean {
  const shares = group.maybeNumber('shares');
  const weight = group.maybeNumber('weight');
  return (shares !== undefined && shares <= TINY_SHARES) || (weight !== undefined && weight <= TINY_WEIGHT);
}

function isMember(process: ContextFact<'process'>, group: ContextFact<'cpu_cgroup'>): boolean {
  const path = process.text('cgroup');
  return path !== '' && path !== '/' && group.text('path').endsWith(path);
}

function judge(step: DiagnosisStep, file: string, pid: number): Judgement {
  const share = readCounter(step, file, '')?.quotes ?? [];
  if (share.length === 0) return { outcome: 'Gone', quotes: [], statement: 'the cgroup no longer exists' };
  const top = readTop(step);
  const process = top?.processes.find((candidate) => candidate.pid === pid);
  if (top === undefined || process === undefined) return { outcome: 'Confirmed', quotes: share };
  return process.cpuPercent >= 30
    ? { outcome: 'Gone', quotes: [process.quote], statement: 'the task runs again' }
    : { outcome: 'Confirmed', quotes: [...share, process.quote, ...top.summary] };
}
