/**
 * Uninstallation as the chart's hook runs it, a process of its own, against the embedded API server. That one has no
 * Deployments: how the operator is stopped is tested with the chart, on a real kube-apiserver.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { AgentResource, EvidenceResource, InvestigationResource, type Agent, type Investigation } from '@nannyapi/crds';
import { isKubeError, LeaseResource, type Lease } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../main.ts');
const REF = { namespace: 'default', name: 'nannyapi-operator' };

let server: TestApiServer;

beforeEach(async () => {
  server = await startTestApiServer();
});
afterEach(() => server.close());

async function uninstall(env: Record<string, string> = {}): Promise<{ code: number; stderr: string }> {
  const variables = { PATH: process.env.PATH, NANNYAPI_OPERATOR_KUBECONFIG: server.kubeconfigPath, ...env };
  return await new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'uninstall'], { env: variables }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

async function createHeldAgent(finalizers: string[]): Promise<void> {
  const agent = { apiVersion: 'nannyai.dev/v1alpha1', kind: 'Agent', spec: {} };
  const metadata = { name: 'web-1', namespace: 'default', finalizers };
  await server.client.resource<Agent>(AgentResource).create({ ...agent, metadata } as Agent);
}

async function finalizersOfAgent(): Promise<string[]> {
  const agent = await server.client.resource<Agent>(AgentResource).get({ namespace: 'default', name: 'web-1' });
  return agent.metadata.finalizers ?? [];
}

describe('nannyapi-operator uninstall', () => {
  it('takes our finalizers off but not those of others', async () => {
    await createHeldAgent(['nannyai.dev/agent', 'example.com/audit']);
    expect(await uninstall()).toMatchObject({ code: 0 });
    expect(await finalizersOfAgent()).toEqual(['example.com/audit']);
  });

  it('lets go of an object that is being deleted', async () => {
    await createHeldAgent(['nannyai.dev/agent']);
    const agents = server.client.resource<Agent>(AgentResource);
    await agents.delete({ namespace: 'default', name: 'web-1' });
    expect(await uninstall()).toMatchObject({ code: 0 });
    await expect(finalizersOfAgent()).rejects.toSatisfy((error) => isKubeError(error, 'NotFound'));
  });

  it('does no harm when done twice, and needs neither operator, lease nor objects', async () => {
    expect(await uninstall()).toMatchObject({ code: 0 });
    expect(await uninstall()).toMatchObject({ code: 0 });
  });

  it('deletes all objects and definitions when data is to be removed', async () => {
    await createHeldAgent(['nannyai.dev/agent']);
    await server.client.resource<Investigation>(InvestigationResource).create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: { name: 'slow', namespace: 'default' },
      spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
    });
    expect(await uninstall({ NANNYAPI_UNINSTALL_REMOVE_DATA: 'true' })).toMatchObject({ code: 0 });
    for (const kind of [AgentResource, EvidenceResource, InvestigationResource]) {
      await expect(server.client.resource(kind).list()).rejects.toSatisfy((error) => isKubeError(error, 'NotFound'));
    }
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect(await server.client.raw('GET', definitions, undefined)).toMatchObject({ items: [] });
  });

  it('deletes a lease that nobody holds any more', async () => {
    const leases = server.client.resource<Lease>(LeaseResource);
    const spec = { holderIdentity: '', leaseDurationSeconds: 1 };
    await leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...REF }, spec });
    expect(await uninstall()).toMatchObject({ code: 0 });
    await expect(leases.get(REF)).rejects.toSatisfy((error) => isKubeError(error, 'NotFound'));
  });

  it('waits for a leader, and says so when it does not go', async () => {
    await createHeldAgent(['nannyai.dev/agent']);
    await server.client.resource<Lease>(LeaseResource).create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...REF },
      spec: { holderIdentity: 'pod-1', leaseDurationSeconds: 3600 },
    });
    const { code, stderr } = await uninstall({ NANNYAPI_UNINSTALL_TIMEOUT_SECONDS: '2' });
    expect(code).toBe(1);
    expect(stderr).toContain('Not uninstalled within 2 s, waiting for the operator pod-1 to stop [DeadlineExceeded]');
    expect(await finalizersOfAgent()).toEqual(['nannyai.dev/agent']);
  });

  it('refuses another verb', async () => {
    const { stderr } = await new Promise<{ stderr: string }>((resolve) => {
      execFile(process.execPath, [MAIN, 'unistall'], (_error, _stdout, text) => resolve({ stderr: text }));
    });
    expect(stderr).toContain('Unknown argument: unistall; uninstall or none [Usage]');
  });
});
