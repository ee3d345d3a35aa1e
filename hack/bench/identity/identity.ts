import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Measurement } from '../measurement.ts';
import { cpuMsOf, memoryOf } from '../process-figures.ts';
import { LAUNCHER, startNode, withFolder, type StartedProcess } from '../processes.ts';
import { approverToken } from './approver.ts';
import { EnrollingHost, type FacadeAddress } from './enrolling-host.ts';

/** Enrolments at the same time; as many as the predecessor was given. */
const WORKERS = 16;
const WARM_UP = 200;
const ENROLMENTS = 500;
const FLOOD_CONNECTIONS = 32;
const FLOOD_MS = 5_000;
const SETTLE_MS = 2_000;

/** What enrolments cost, alone and beside a flood of anonymous starts. */
export const identity: Benchmark = {
  name: 'identity',
  how:
    `full enrolments (start, approval by REST, tokens), ${WORKERS} at a time over TLS, each with a key of its own; ` +
    `a flood of starts over ${FLOOD_CONNECTIONS} connections of another address`,
  run: () =>
    withFolder(async (folder) => {
      const program = join(import.meta.dirname, 'control-plane.ts');
      const plane = await startNode([...LAUNCHER.flags, program, folder, String(WORKERS)], LAUNCHER.env);
      try {
        return await measure(JSON.parse(plane.firstLine) as FacadeAddress, plane.child.pid);
      } finally {
        await plane.stop();
      }
    }),
};

async function measure(facade: FacadeAddress, pid: number): Promise<Measurement[]> {
  const workers = Array.from({ length: WORKERS }, (_, index) => new EnrollingHost(facade, approverToken(index)));
  try {
    await enrolMany(workers, 'warm', WARM_UP);
    const before = memoryOf(pid);
    const cpuBeforeMs = cpuMsOf(pid);
    const alone = await enrolMany(workers, 'alone', ENROLMENTS);
    const cpuEachMs = (cpuMsOf(pid) - cpuBeforeMs) / ENROLMENTS;
    const flood = await Flood.start(facade.facadeUrl);
    let refusals: number;
    let beside: number;
    let refusalsBeside: number;
    try {
      refusals = await flood.refusedWhile(() => sleep(FLOOD_MS));
      beside = 0;
      refusalsBeside = await flood.refusedWhile(async () => {
        beside = await enrolMany(workers, 'beside', ENROLMENTS);
      });
    } finally {
      await flood.stop();
    }
    await sleep(SETTLE_MS);
    const after = await enrolMany(workers, 'after', ENROLMENTS);
    const { rssMiB } = memoryOf(pid);
    return [
      { what: 'full enrolments', value: alone, unit: '/s', goal: 150, predecessor: 28 },
      { what: 'control-plane CPU per enrolment', value: cpuEachMs, unit: 'ms' },
      { what: 'refusals of a flood of starts', value: refusals, unit: '/s', goal: 2000 },
      { what: 'full enrolments beside the flood', value: beside, unit: '/s', goal: 150 },
      { what: 'refusals beside these enrolments', value: refusalsBeside, unit: '/s' },
      { what: 'full enrolments after the flood', value: after, unit: '/s', goal: 150, predecessor: 2.9 },
      { what: `control plane after ${WARM_UP} enrolments, RSS`, value: before.rssMiB, unit: 'MiB' },
      { what: `control plane after ${WARM_UP + 3 * ENROLMENTS} and a flood, RSS`, value: rssMiB, unit: 'MiB' },
    ];
  } finally {
    for (const worker of workers) worker.close();
  }
}

/** @returns enrolments a second. */
async function enrolMany(workers: readonly EnrollingHost[], prefix: string, count: number): Promise<number> {
  let next = 0;
  const startMs = performance.now();
  await Promise.all(
    workers.map(async (worker) => {
      while (next < count) await worker.enrol(`${prefix}-${next++}`);
    }),
  );
  return (count * 1000) / (performance.now() - startMs);
}

/** The flood, and how much of it was refused. */
class Flood {
  readonly #process: StartedProcess;
  readonly #lines: Interface;

  private constructor(started: StartedProcess) {
    this.#process = started;
    const { stdout } = started.child;
    if (!stdout) throw new Error('The flood has no output');
    this.#lines = createInterface(stdout);
  }

  static async start(facadeUrl: string): Promise<Flood> {
    const program = join(import.meta.dirname, 'flood.ts');
    return new Flood(await startNode([program, facadeUrl, String(FLOOD_CONNECTIONS)]));
  }

  /** @returns refusals a second while something is done. */
  async refusedWhile(work: () => Promise<void>): Promise<number> {
    const before = await this.#refused();
    const startMs = performance.now();
    await work();
    const seconds = (performance.now() - startMs) / 1000;
    return ((await this.#refused()) - before) / seconds;
  }

  stop(): Promise<void> {
    this.#lines.close();
    return this.#process.stop();
  }

  async #refused(): Promise<number> {
    const line = once(this.#lines, 'line');
    this.#process.child.kill('SIGUSR2');
    const [text] = (await line) as [string];
    return (JSON.parse(text) as { refused: number }).refused;
  }
}
