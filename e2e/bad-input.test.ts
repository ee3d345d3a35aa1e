/** What bad input gets: a clear answer that names the field and what is allowed, and nothing half-run. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Investigation } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NANNY, startControlPlane, type ControlPlane } from './system/control-plane.ts';
import { finished, investigate, manifest, tasksOf } from './system/investigate.ts';
import { findKubectl, kubectlFor, type Kubectl } from './system/kubectl.ts';

describe.runIf(findKubectl())('bad input through kubectl (left out where there is none)', () => {
  let plane: ControlPlane;
  let kubectl: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane();
    kubectl = kubectlFor(plane.kubeconfigPath);
  });
  afterAll(() => plane.close());

  it('refuses a prompt that is too short, and says how long it must be', async () => {
    const { exitCode, stderr } = await kubectl(
      ['apply', '-f', '-'],
      manifest(plane, { name: 'short', prompt: 'slow' }),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('spec.prompt in body should be at least 10 chars long');
  });

  it('refuses an unknown field by name', async () => {
    const text = manifest(plane, { name: 'typo', prompt: 'Why is this machine slow?', spec: { maxstep: 3 } });
    const { exitCode, stderr } = await kubectl(['apply', '-f', '-'], text);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('unknown field "spec.maxstep"');
  });

  it('refuses two targets and none', async () => {
    const two = manifest(plane, { name: 'two', prompt: 'Why is this machine slow?', spec: { nodeName: 'n1' } });
    expect((await kubectl(['apply', '-f', '-'], two)).stderr).toContain('exactly one of agentRef, nodeName and podRef');
  });

  it('refuses a changed spec', async () => {
    await kubectl(
      ['apply', '-f', '-'],
      manifest(plane, { name: 'fixed', prompt: 'Why is this machine slow?', spec: { suspend: true } }),
    );
    const changed = await kubectl([
      'patch',
      'inv',
      'fixed',
      '--type=merge',
      '-p',
      '{"spec":{"prompt":"Something else entirely?"}}',
    ]);
    expect(changed.exitCode).toBe(1);
    expect(changed.stderr).toContain('prompt is immutable');
    await kubectl(['patch', 'inv', 'fixed', '--type=merge', '-p', '{"spec":{"cancel":true}}']);
    await finished(kubectl, 'fixed');
  });

  it('tells of an unknown agent in a condition and runs nothing', async () => {
    const text = JSON.stringify({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: { name: 'nobody' },
      spec: {
        agentRef: { name: 'no-such-host' },
        prompt: 'Why is this machine slow?',
        limits: { deadlineSeconds: 10 },
      },
    });
    await kubectl(['apply', '-f', '-'], text);
    const waited = await kubectl(['wait', 'inv/nobody', '--for=condition=Accepted=false', '--timeout=30s']);
    expect(waited.stdout).toContain('condition met');
    const { status } = await kubectl.json<Investigation>(['get', 'inv', 'nobody']);
    const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
    expect(accepted).toMatchObject({ reason: 'TargetNotFound', message: expect.stringContaining('no-such-host') });
    expect(await tasksOf(kubectl, 'nobody')).toEqual([]);
  });

  it('never runs an object that was restored from an export', async () => {
    const original = await investigate(kubectl, plane, { name: 'exported', prompt: 'Is anything wrong here today?' });
    await kubectl(['delete', 'inv', 'exported', '--timeout=30s']);
    const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = original.metadata;
    await kubectl(['create', '-f', '-'], JSON.stringify({ ...original, metadata }));
    const waited = await kubectl(['wait', 'inv/exported', '--for=condition=Succeeded=false', '--timeout=30s']);
    expect(waited.stdout).toContain('condition met');
    const restored = await kubectl.json<Investigation>(['get', 'inv', 'exported']);
    expect(restored.status?.conditions?.find(({ type }) => type === 'Succeeded')?.reason).toBe('Restored');
    expect(await tasksOf(kubectl, 'exported')).toEqual([]);
  });

  it('keeps a second control plane off the same folder and says who holds it', async () => {
    const { exitCode, stderr } = await nanny(['standalone', '--data', plane.dataDir, '--port', '0']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`in use.*${plane.pid}|${plane.pid}.*in use`, 's'));
  });
});

describe('nanny standalone', () => {
  it('names the port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const dataDir = await mkdtemp(join(tmpdir(), 'nannyapi-port-'));
    const { exitCode, stderr } = await nanny(['standalone', '--data', dataDir, '--port', String(port)]);
    await rm(dataDir, { recursive: true });
    server.close();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).toContain('PortInUse');
  });

  it.each([
    [[], '--data must name a folder'],
    [['--data', 'x', '--port', 'https'], '--port must be a port from 0'],
    [['--data', 'x', '--porte', '1'], '--porte'],
    [['--data', 'x', '--agent', '--api-server-only'], '--agent needs the facade'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await nanny(['standalone', ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

function nanny(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(NANNY, args, { timeout: 30_000 }, (error, stdout, stderr) =>
      done({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}
