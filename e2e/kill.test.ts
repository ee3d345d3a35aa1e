/** kill -9 at any moment: the run finishes, and no command runs twice. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentTask } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { finished, manifest, tasksOf, ungroundedQuotes } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

describe.runIf(findKubectl())('kill -9 in mid-run (left out without kubectl)', () => {
  let plane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane();
    kubectl = kubectlFor(plane.kubeconfigPath);
  });
  afterAll(() => plane.close());

  const start = async (name: string): Promise<void> => {
    await kubectl(['apply', '-f', '-'], manifest(plane, { name, prompt: 'Why is this machine slow?' }));
  };
  const claimedTask = (name: string): Promise<AgentTask> =>
    vi.waitFor(
      async () => {
        const task = (await tasksOf(kubectl, name)).find((entry) => entry.status?.claim && !entry.status.outcome);
        expect(task).toBeDefined();
        return task!;
      },
      { timeout: 30_000, interval: 20 },
    );

  it('finishes after the control plane was killed while a task ran', async () => {
    await start('plane-killed');
    await claimedTask('plane-killed');
    await plane.kill();
    await plane.restart();
    const investigation = await finished(kubectl, 'plane-killed');
    expect(investigation.status?.phase).toBe('Completed');
    expect(await ungroundedQuotes(kubectl, investigation)).toEqual([]);
    await expectNothingRanTwice(plane, kubectl, 'plane-killed');
  });

  it('finishes after the agent was killed while a task ran, and says that the task ended Unknown', async () => {
    await start('agent-killed');
    const task = await claimedTask('agent-killed');
    process.kill(agentPid(plane), 'SIGKILL');
    const investigation = await finished(kubectl, 'agent-killed');
    expect(['Completed', 'Failed']).toContain(investigation.status?.phase);
    const after = (await tasksOf(kubectl, 'agent-killed')).find(({ metadata }) => metadata.uid === task.metadata.uid);
    expect(after?.status?.outcome).toBe('Unknown');
    await expectNothingRanTwice(plane, kubectl, 'agent-killed');
  });
});

/** The agent is the one child of the control plane. */
function agentPid(plane: ControlPlane): number {
  return Number(execFileSync('pgrep', ['-P', String(plane.pid), '-f', 'nanny-agent'], { encoding: 'utf8' }).trim());
}

/** The journal is on disk before the deed: it proves how often each task and each action started. */
async function expectNothingRanTwice(plane: ControlPlane, kubectl: Kubectl, name: string): Promise<void> {
  const uids = new Set((await tasksOf(kubectl, name)).map(({ metadata }) => metadata.uid));
  const starts = journalText(plane)
    .map((line) => JSON.parse(line) as { entry: string; uid?: string; actionID?: string })
    .filter(({ entry, uid }) => (entry === 'Started' || entry === 'ActionStarted') && uids.has(uid));
  const keys = starts.map(({ entry, uid, actionID }) => `${entry} ${uid} ${actionID ?? ''}`);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
}

function journalText(plane: ControlPlane): string[] {
  const folder = join(plane.dataDir, 'agent/state');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.includes('journal'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{'));
}
