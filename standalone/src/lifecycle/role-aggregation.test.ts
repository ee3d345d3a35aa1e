import { createLogger } from '@nannyapi/process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RawClient } from '../../testing/raw-client.ts';
import { startTestApiServer } from '../../testing/test-api-server.ts';
import type { TestApiServer } from '../../testing/test-api-server.ts';

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function start(): Promise<{ server: TestApiServer; raw: RawClient }> {
  const log = createLogger({ name: 'aggregation-test', level: 'silent' });
  const server = await startTestApiServer({ crds: [], log });
  const raw = new RawClient(server);
  closers.push(
    async () => await server.close(),
    () => raw.close(),
  );
  return { server, raw };
}

function gatherer(name: string, from: string, labels: Record<string, string>, resource: string): object {
  return {
    metadata: { name, labels },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: from } }] },
    rules: [{ verbs: ['get'], apiGroups: [''], resources: [resource] }],
  };
}

describe('the gathering of roles', () => {
  it('is done when the server is ready: nothing is written that nobody asked for', async () => {
    const { raw } = await start();
    const versionOf = async (): Promise<string> => (await raw.send('GET', ROLES)).body.metadata.resourceVersion;
    const view = (await raw.send('GET', `${ROLES}/view`)).body;
    const admin = (await raw.send('GET', `${ROLES}/admin`)).body;
    expect([view.rules.length > 0, admin.rules.length > view.rules.length]).toEqual([true, true]);
    await vi.waitFor(async () => {
      // The accounts of the first namespaces are made in the background.
      expect((await raw.send('GET', '/api/v1/serviceaccounts')).body.items).toHaveLength(4);
    });
    const before = await versionOf();
    await raw.send('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'a' } } });
    expect(Number(await versionOf())).toBe(Number(before) + 1);
  });

  it('comes to rest with roles that gather each other in a circle', async () => {
    const { raw } = await start();
    const circle = { a: 'b', b: 'c', c: 'a' };
    for (const [name, from] of Object.entries(circle)) {
      expect((await raw.send('POST', ROLES, { body: gatherer(name, from, { part: name }, name) })).code).toBe(201);
    }
    const text = async (): Promise<string> => (await raw.send('GET', ROLES)).text;
    let last = '';
    await vi.waitFor(
      async () => {
        const before = last;
        last = await text();
        expect(last).toBe(before);
      },
      { timeout: 10_000, interval: 500 },
    );
  });
});
