/** A cluster on this machine leaves nothing of itself, also when it never came up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { addedTraces, readMachineTraces, type MachineTraces } from './harness/machine-traces.ts';
import { inClone, mustRun, runWithProgress } from './harness/tool.ts';

const MINUTE = 60_000;
const UP = ['up', '--nodes', '1', '--without-product'];

const cluster = inject('nannyapiCluster');
const leftOut = whyLeftOut();

function whyLeftOut(): string | undefined {
  if ('missing' in cluster) return cluster.missing;
  return cluster.isOurs ? undefined : 'the cluster of this run was there before';
}

describe.runIf(leftOut === undefined)(`hack/kube down${leftOut === undefined ? '' : ` (left out: ${leftOut})`}`, () => {
  let stateDir: string;
  let kube: { env: Record<string, string>; deadlineMs: number };
  let before: MachineTraces;

  beforeEach(async () => {
    stateDir = join(await mkdtemp(join(tmpdir(), 'nannyapi-kube-traces-')), 'kube');
    kube = { env: { NANNYAPI_KUBE_DIR: stateDir }, deadlineMs: 4 * MINUTE };
    before = await readMachineTraces(stateDir);
  });
  afterEach(async () => {
    await mustRun(inClone('hack/kube'), ['down'], kube);
    await rm(join(stateDir, '..'), { recursive: true, force: true });
  });

  it('leaves nothing of a cluster that was up', { timeout: 5 * MINUTE }, async () => {
    await runWithProgress(inClone('hack/kube'), UP, kube);
    expect(addedTraces(before, await readMachineTraces(stateDir))).not.toEqual([]);
    await mustRun(inClone('hack/kube'), ['down'], kube);
    expect(addedTraces(before, await readMachineTraces(stateDir))).toEqual([]);
    expect(existsSync(stateDir)).toBe(false);
  });

  it('leaves nothing of a cluster whose start was killed', { timeout: 5 * MINUTE }, async () => {
    const up = spawn(inClone('hack/kube'), UP, { stdio: 'ignore', env: { ...env, ...kube.env }, detached: true });
    const ended = once(up, 'exit');
    // A link is there as soon as a node is being made.
    await vi.waitFor(
      async () => {
        const added = addedTraces(before, await readMachineTraces(stateDir));
        expect(added.filter((line) => line.startsWith('links: '))).not.toEqual([]);
      },
      { timeout: 2 * MINUTE, interval: 100 },
    );
    process.kill(-(up.pid ?? 0), 'SIGKILL');
    await ended;
    await mustRun(inClone('hack/kube'), ['down'], kube);
    expect(addedTraces(before, await readMachineTraces(stateDir))).toEqual([]);
    expect(existsSync(stateDir)).toBe(false);
  });
});
