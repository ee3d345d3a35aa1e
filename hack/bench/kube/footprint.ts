import { setTimeout as sleep } from 'node:timers/promises';
import { podsOf } from '../../../e2e/cluster/harness/components.ts';
import { containerIDOf, firstProcessOf } from '../../../e2e/cluster/harness/container-process.ts';
import { answers, reasonOf } from '../../../e2e/cluster/harness/runs.ts';
import type { Story } from '../../../e2e/cluster/harness/story.ts';
import type { Measurement } from '../measurement.ts';
import { cpuMsOf, memoryOf } from '../process-figures.ts';

const SETTLE_MS = 15_000;
const IDLE_MS = 30_000;
const SAMPLE_MS = 500;
/** At once, shared by the nodes. */
const RUNS = 50;
const COMPONENTS = ['operator', 'api', 'agent'] as const;

interface Watched {
  name: string;
  pid: number;
  cpuMs: number;
  peakMiB: number;
}

/** Memory and processor time of each program, with nothing to do and with fifty investigations at once. */
export async function footprint(story: Story): Promise<Measurement[]> {
  await sleep(SETTLE_MS);
  const idle = await watch(story, () => sleep(IDLE_MS));
  const asked = Array.from({ length: RUNS }, (_, run) => ({
    name: `load-${run}`,
    spec: { nodeName: story.nodes[run % story.nodes.length] ?? '', prompt: 'Why is this node slow?' },
  }));
  let completed = 0;
  const loaded = await watch(story, async () => {
    const ended = await answers(story.session, await story.ask(...asked));
    completed = ended.filter((run) =>
      ['RootCauseFound', 'NoFaultFound', 'Inconclusive'].includes(reasonOf(run) ?? ''),
    ).length;
  });
  return [
    ...idle.measurements('idle'),
    ...loaded.measurements(`under ${RUNS} investigations at once`),
    { what: `${RUNS} investigations at once → all ended`, value: loaded.seconds, unit: 's' },
    { what: `investigations with a verdict, of ${RUNS}`, value: (completed * 100) / RUNS, unit: '%' },
  ];
}

/** Watches all processes of the product while the work goes on. */
async function watch(
  story: Story,
  work: () => Promise<void>,
): Promise<{ seconds: number; measurements(when: string): Measurement[] }> {
  const watched = processesOf(story);
  const startedMs = performance.now();
  const sample = (): void => {
    for (const each of watched) each.peakMiB = Math.max(each.peakMiB, memoryOf(each.pid).rssMiB);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  try {
    await work();
    sample();
  } finally {
    clearInterval(timer);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  for (const each of watched) each.cpuMs = cpuMsOf(each.pid) - each.cpuMs;
  return {
    seconds,
    measurements: (when) =>
      COMPONENTS.flatMap((name): Measurement[] => {
        const same = watched.filter((each) => each.name === name);
        const cpuPercent = Math.max(...same.map(({ cpuMs }) => cpuMs / (seconds * 10)));
        return [
          {
            what: `${name} ${when}, RSS, the larger`,
            value: Math.max(...same.map(({ peakMiB }) => peakMiB)),
            unit: 'MiB',
          },
          { what: `${name} ${when}, of one core, the busier`, value: cpuPercent, unit: '%' },
        ];
      }),
  };
}

function processesOf(story: Story): Watched[] {
  return COMPONENTS.flatMap((name) =>
    podsOf(story, name).flatMap((pod) => {
      const pid = firstProcessOf(containerIDOf(pod) ?? ' ');
      return pid === undefined ? [] : [{ name, pid, cpuMs: cpuMsOf(pid), peakMiB: 0 }];
    }),
  );
}
