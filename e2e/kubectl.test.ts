/** What a person types: every verb of kubectl that the README promises, against a running one-machine install. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Investigation } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { finished, manifest } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

describe.runIf(findKubectl())('kubectl (left out where there is none)', () => {
  let plane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane();
    kubectl = kubectlFor(plane.kubeconfigPath);
  });
  afterAll(() => plane.close());

  it('lists the kinds of the category and their short names', async () => {
    const { stdout } = await kubectl(['api-resources', '--api-group=nannyai.dev']);
    for (const name of ['agents', 'agenttasks', 'evidence', 'investigations']) expect(stdout).toContain(name);
    expect(stdout).toMatch(/investigations\s+inv\s+nannyai\.dev\/v1alpha1\s+true\s+Investigation/);
  });

  it('explains fields with their descriptions', async () => {
    const { stdout, exitCode } = await kubectl(['explain', 'investigation.spec.prompt']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('What is wrong, in your words');
    const recursive = await kubectl(['explain', 'inv', '--recursive']);
    expect(recursive.stdout).toContain('maxSteps');
  });

  it('applies, watches, waits for, describes, gets and deletes an investigation', async () => {
    const watching = kubectl.start(['get', 'investigations', '-w', '--no-headers']);
    const lines: string[] = [];
    createInterface({ input: watching.stdout! }).on('line', (line) => lines.push(line));

    const applied = await kubectl(
      ['apply', '-f', '-'],
      manifest(plane, { name: 'verbs', prompt: 'Why is this machine slow?' }),
    );
    expect(applied).toMatchObject({ exitCode: 0, stdout: 'investigation.nannyai.dev/verbs created\n' });
    const waited = await kubectl(['wait', '--for=condition=Succeeded', 'inv/verbs', '--timeout=150s']);
    expect(waited.stderr).toBe('');
    expect(waited.stdout).toContain('condition met');

    const described = await kubectl(['describe', 'inv', 'verbs']);
    for (const part of ['Resolution:', 'Verdict:', 'Events:', 'Accepted']) expect(described.stdout).toContain(part);

    const got = await kubectl(['get', 'inv', 'verbs']);
    expect(got.stdout).toMatch(/^NAME\s+TARGET\s+PHASE\s+REASON\s+MECHANISM\s+COMPONENT\s+STEPS\s+AGE\n/);
    expect(got.stdout).toMatch(/verbs\s+agent\/\S+\s+Completed\s+(RootCauseFound|NoFaultFound|Inconclusive)/);

    const deleted = await kubectl(['delete', 'inv', 'verbs', '--timeout=30s']);
    expect(deleted.stdout).toContain('investigation.nannyai.dev "verbs" deleted');
    const tasks = await kubectl.json<{ items: object[] }>([
      'get',
      'agenttasks',
      '-l',
      'nannyai.dev/investigation=verbs',
    ]);
    expect(tasks.items).toEqual([]);

    watching.kill('SIGTERM');
    await once(watching, 'exit');
    expect(lines.some((line) => line.includes('InProgress'))).toBe(true);
    expect(lines.some((line) => line.includes('Completed'))).toBe(true);
  });

  it('applies the same manifest twice without a change, and shows a difference before one', async () => {
    const text = manifest(plane, { name: 'twice', prompt: 'Is anything wrong here today?' });
    await kubectl(['apply', '-f', '-'], text);
    expect((await kubectl(['apply', '-f', '-'], text)).stdout).toBe('investigation.nannyai.dev/twice unchanged\n');
    const diff = await kubectl(
      ['diff', '-f', '-'],
      JSON.stringify({ ...JSON.parse(text), spec: { ...JSON.parse(text).spec, suspend: true } }),
    );
    expect(diff.stdout).toContain('+  suspend: true');
    const labelled = await kubectl(['label', 'inv', 'twice', 'team=web']);
    expect(labelled.exitCode).toBe(0);
    await finished(kubectl, 'twice');
  });

  it('applies server-side and cancels a run with a patch', async () => {
    const text = manifest(plane, {
      name: 'cancelled',
      prompt: 'Nobody will wait for this answer.',
      spec: { suspend: true },
    });
    const applied = await kubectl(['apply', '--server-side', '-f', '-'], text);
    expect(applied.stdout).toContain('serverside-applied');
    const patched = await kubectl(['patch', 'inv', 'cancelled', '--type=merge', '-p', '{"spec":{"cancel":true}}']);
    expect(patched.exitCode).toBe(0);
    const investigation = await finished(kubectl, 'cancelled');
    expect(summary(investigation)).toMatchObject({ status: 'False', reason: 'Cancelled' });
    expect(investigation.status?.phase).toBe('Failed');
  });
});

function summary(investigation: Investigation) {
  return investigation.status?.conditions?.find(({ type }) => type === 'Succeeded');
}
