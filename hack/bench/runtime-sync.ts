import { join } from 'node:path';
import type { Benchmark, Measurement } from './measurement.ts';
import { memoryOf } from './process-figures.ts';
import { LAUNCHER, startNode, type StartedProcess } from './processes.ts';

/** What `sync-once.ts` prints. */
interface Sync {
  syncMs: number;
  cpuMs: number;
  objects: number;
  blockedMs: number;
}

/** The design's goals for 100,000 objects. */
const GOALS = { syncMs: 10_000, rssMiB: 400 };

/** Time and memory of an informer's first sync, in a process of its own. */
export const runtimeSync: Benchmark = {
  name: 'runtime-sync',
  how: 'one informer syncs objects of 2 KB over TLS from a canned server; RSS of the whole process right after, unbundled',
  run: async () => {
    const measurements: Measurement[] = [];
    for (const count of [10_000, 100_000]) measurements.push(...(await syncs(count)));
    return measurements;
  },
};

async function syncs(count: number): Promise<Measurement[]> {
  const server = await startNode([join(import.meta.dirname, 'canned-api-server.ts'), String(count)]);
  try {
    return [...(await sync(server, 'streamed', count)), ...(await sync(server, 'paged', count))];
  } finally {
    await server.stop();
  }
}

async function sync(server: StartedProcess, mode: 'streamed' | 'paged', count: number): Promise<Measurement[]> {
  const { url, caPem } = JSON.parse(server.firstLine) as { url: string; caPem: string };
  const program = join(import.meta.dirname, 'sync-once.ts');
  const client = await startNode([...LAUNCHER.flags, program, url, caPem, mode], LAUNCHER.env);
  try {
    const { rssMiB } = memoryOf(client.child.pid);
    const { syncMs, cpuMs, objects, blockedMs } = JSON.parse(client.firstLine) as Sync;
    if (objects !== count) throw new Error(`The informer told of ${objects} objects instead of ${count}`);
    const what = (figure: string): string => `runtime sync of ${count} objects, ${mode}: ${figure}`;
    const [timeGoal, memoryGoal] = count === 100_000 ? [{ goal: GOALS.syncMs }, { goal: GOALS.rssMiB }] : [{}, {}];
    return [
      { what: what('time'), value: syncMs, unit: 'ms', ...timeGoal },
      { what: what('processor time'), value: cpuMs, unit: 'ms' },
      { what: what('longest block of the event loop'), value: blockedMs, unit: 'ms' },
      { what: what('RSS'), value: rssMiB, unit: 'MiB', ...memoryGoal },
    ];
  } finally {
    await client.stop();
  }
}
