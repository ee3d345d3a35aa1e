import { setTimeout as sleep } from 'node:timers/promises';
import { findKubeBinaries, startKubeApiServer } from '@nannyapi/standalone/testing';
import { startBundledStandalone } from '../bundle.ts';
import type { Benchmark, Measurement } from '../measurement.ts';
import { cpuMsOf } from '../process-figures.ts';
import { withFolder, type StartedProcess } from '../processes.ts';
import { Connection } from './connection.ts';
import { createNamespace, createTasks } from './operations.ts';
import { readAccess, serverRssMiB, type MeasuredServer } from './servers.ts';
import { withContestants } from './turns.ts';

const GOAL_MS = 1000;
const GOAL_MIB = 90;
const SETTLE_MS = 15_000;
const OBJECTS = 10_000;

/** Start-up and memory of the API server alone. */
export const apiStartUp: Benchmark = {
  name: 'start-up',
  how: `exec → /readyz answers ok; resident memory ${SETTLE_MS / 1000} s later`,
  run: () =>
    withFolder(async (folder) => {
      const kube = await kubeApiServer();
      const first = await readyStandalone(folder, ({ server }) => idle(server));
      await readyStandalone(folder, async ({ server }) => fill(server));
      const again = await readyStandalone(folder, ({ server }) => idle(server));
      return [
        ready('first start, certificates made', first, kube?.readyMs ?? 'absent'),
        ready(`start with ${OBJECTS} objects`, again),
        cpu('first start', first),
        cpu(`start with ${OBJECTS} objects`, again),
        rss('idle, first start', first.result, kube?.rssMiB ?? 'absent', GOAL_MIB),
        rss(`idle, with ${OBJECTS} objects`, again.result),
      ];
    }),
};

interface Started<T> {
  readyMs: number;
  cpuMs: number;
  result: T;
}

/** Starts the API server on a folder, and stops it when the work is done. */
async function readyStandalone<T>(
  folder: string,
  work: (started: { server: MeasuredServer }) => Promise<T>,
): Promise<Started<T>> {
  const startedMs = performance.now();
  const process = await startBundledStandalone(folder, '--api-server-only');
  try {
    const server = await untilReady(folder, process);
    const readyMs = performance.now() - startedMs;
    const cpuMs = cpuMsOf(process.child.pid);
    return { readyMs, cpuMs, result: await work({ server }) };
  } finally {
    await process.stop();
  }
}

/** It says that it is ready; this asks as well, over a connection of its own. */
async function untilReady(folder: string, process: StartedProcess): Promise<MeasuredServer> {
  const server = { ...(await readAccess(folder)), pids: [process.child.pid] };
  const connection = await Connection.open(server);
  const { code } = await connection.send('GET', '/readyz');
  connection.close();
  if (code !== 200) throw new Error(`/readyz answered ${code}`);
  return server;
}

async function idle(server: MeasuredServer): Promise<number> {
  await sleep(SETTLE_MS);
  return serverRssMiB(server);
}

function fill(standalone: MeasuredServer): Promise<void> {
  const size = { connections: 64, count: OBJECTS };
  return withContestants({ standalone, kubeApiServer: undefined }, size.connections, async (contestants) => {
    await createNamespace(contestants);
    await createTasks(contestants[0], 'task', size);
  });
}

/** Its first start includes what the test support does: certificates and an RSA key, some 0.2 s. */
async function kubeApiServer(): Promise<{ readyMs: number; rssMiB: number } | undefined> {
  const binaries = findKubeBinaries();
  if ('missing' in binaries) return undefined;
  const startedMs = performance.now();
  const kube = await startKubeApiServer({ binaries: binaries.folder, fsync: true, controllers: false });
  const readyMs = performance.now() - startedMs;
  try {
    return { readyMs, rssMiB: await idle({ ...kube, pids: Object.values(kube.pids) }) };
  } finally {
    await kube.close();
  }
}

function ready(what: string, { readyMs }: Started<unknown>, kube?: number | 'absent'): Measurement {
  const other = kube === undefined ? {} : { kubeApiServer: kube };
  return { what: `ready, ${what}`, value: readyMs, unit: 'ms', goal: GOAL_MS, ...other };
}

function cpu(what: string, { cpuMs }: Started<unknown>): Measurement {
  return { what: `CPU until ready, ${what}`, value: cpuMs, unit: 'ms' };
}

function rss(what: string, value: number, kube?: number | 'absent', goal?: number): Measurement {
  return {
    what: `resident memory, ${what}`,
    value,
    unit: 'MiB',
    ...(goal === undefined ? {} : { goal }),
    ...(kube === undefined ? {} : { kubeApiServer: kube }),
  };
}
