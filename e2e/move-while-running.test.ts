/** The export of a control plane that is at work, from a real run to a second control plane. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Investigation } from '@nannyapi/crds';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { finished, investigate, manifest, tasksOf } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';
import { nanny } from './system/nanny.ts';

describe.runIf(findKubectl())('a running control plane (left out without kubectl)', () => {
  let folder: string;
  let home: ControlPlane;
  let away: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nannyapi-running-'));
    home = await startControlPlane();
    away = await startControlPlane();
    kubectl = kubectlFor(home.kubeconfigPath);
  });
  afterAll(async () => {
    await home.close();
    await away.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is exported without a pause; its verdicts arrive, and what it was at work on is Restored and does not run', async () => {
    const verdict = await investigate(kubectl, home, { name: 'done', prompt: 'Why is this machine slow?' });
    await kubectl(['apply', '-f', '-'], manifest(home, { name: 'at-work', prompt: 'Is anything wrong here today?' }));
    await vi.waitFor(async () => expect(await tasksOf(kubectl, 'at-work')).not.toEqual([]), { timeout: 20_000 });
    const out = join(folder, 'out');
    expect(await nanny(['standalone', 'export', '--data', home.dataDir, out])).toMatchObject({ exitCode: 0 });

    // The agent of this machine is enrolled and connected there too: work would be done.
    const imported = await nanny(['import', '--kubeconfig', away.kubeconfigPath, out]);
    expect(imported).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('created 2') });
    const there = kubectlFor(away.kubeconfigPath);
    const done = await there.json<Investigation>(['get', 'inv', 'done']);
    expect(done.status?.resolution).toEqual(verdict.status?.resolution);
    expect(done.status?.completionTime).toBe(verdict.status?.completionTime);
    const atWork = await there.json<Investigation>(['get', 'inv', 'at-work']);
    expect(atWork.status?.conditions?.find(({ type }) => type === 'Succeeded')).toMatchObject({ reason: 'Restored' });
    await investigate(there, away, { name: 'fresh', prompt: 'Is anything wrong here today?' });
    for (const name of ['done', 'at-work']) expect(await tasksOf(there, name)).toEqual([]);

    // Nothing was taken from the run at home.
    expect((await finished(kubectl, 'at-work')).status?.phase).toBe('Completed');
  });

  it('that was started with a kubeconfig elsewhere asks for it', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await writeFile(elsewhere, '');
    const lost = await nanny(['standalone', 'export', '--data', home.dataDir, '--kubeconfig', elsewhere]);
    expect(lost).toMatchObject({ exitCode: 1, stdout: '' });
    expect(lost.stderr).toMatch(/in use.*give the --kubeconfig that it was started with \(ControlPlaneUnreachable\)/s);
    const found = await nanny(['standalone', 'export', '--data', home.dataDir, '--kubeconfig', home.kubeconfigPath]);
    expect(load(found.stdout.split('---\n')[1] ?? '')).toMatchObject({ kind: 'Namespace' });
  });
});
