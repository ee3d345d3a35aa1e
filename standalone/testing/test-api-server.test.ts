import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '@nannyapi/runtime';
import { startTestApiServer } from './test-api-server.ts';
import type { TestApiServer } from './test-api-server.ts';

const INVESTIGATIONS = {
  group: 'nannyai.dev',
  version: 'v1alpha1',
  kind: 'Investigation',
  plural: 'investigations',
  namespaced: true,
};

let server: TestApiServer;

beforeAll(async () => {
  server = await startTestApiServer();
});
afterAll(async () => await server.close());

function investigation(name: string): KubeObject {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name, namespace: 'default' },
    spec: { agentRef: { name: 'host' }, prompt: 'Why is this machine slow?' },
  };
}

describe('startTestApiServer', () => {
  it("serves the project's own kinds to the project's own client", async () => {
    const client = server.client.resource(INVESTIGATIONS);
    const created = await client.create(investigation('first'));
    expect(created.metadata.generation).toBe(1);
    const patched = await client.patchStatus({ namespace: 'default', name: 'first' }, { status: { phase: 'Pending' } });
    expect(patched.status).toMatchObject({ phase: 'Pending' });
    const { items } = await client.list({ namespace: 'default' });
    expect(items.map((item) => item.metadata.name)).toEqual(['first']);
    await client.delete({ namespace: 'default', name: 'first' });
    await expect(client.get({ namespace: 'default', name: 'first' })).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('lets the client watch', async () => {
    const client = server.client.resource(INVESTIGATIONS);
    const { resourceVersion } = await client.list({});
    const abort = new AbortController();
    const events = client.watch({ resourceVersion }, { signal: abort.signal });
    await client.create(investigation('seen'));
    for await (const event of events) {
      expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
      break;
    }
    abort.abort();
  });

  it('writes a kubeconfig that only its owner can read', async () => {
    expect((await stat(server.kubeconfigPath)).mode & 0o777).toBe(0o600);
  });
});
