import { expect, it, vi } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';

const LATE = { timeout: 30_000, interval: 50 };

onEachServer((server) => {
  it('tells what is left in a namespace that is being deleted, and what holds it', async () => {
    const namespace = await server.createNamespace();
    const path = `/api/v1/namespaces/${namespace}`;
    const finalizers = ['example.com/held'];
    await server.raw.send('POST', `${path}/configmaps`, { body: { metadata: { name: 'free' } } });
    for (const name of ['a', 'b'])
      await server.raw.send('POST', `${path}/configmaps`, { body: { metadata: { name, finalizers } } });
    await server.raw.send('POST', `${path}/secrets`, { body: { metadata: { name: 'c', finalizers } } });
    expect((await server.raw.send('DELETE', path)).body.status.phase).toBe('Terminating');
    await vi.waitFor(async () => {
      const { status } = (await server.raw.send('GET', path)).body;
      const told = status.conditions.map(({ type, status, reason, message }: Record<string, string>) => [
        `${type}=${status} ${reason}`,
        message,
      ]);
      expect(Object.fromEntries(told)).toEqual({
        'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered': 'All resources successfully discovered',
        'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions':
          'All legacy kube types successfully parsed',
        'NamespaceDeletionContentFailure=False ContentDeleted':
          'All content successfully deleted, may be waiting on finalization',
        'NamespaceContentRemaining=True SomeResourcesRemain':
          'Some resources are remaining: configmaps. has 2 resource instances, secrets. has 1 resource instances',
        'NamespaceFinalizersRemaining=True SomeFinalizersRemain':
          'Some content in the namespace has finalizers remaining: example.com/held in 3 resource instances',
      });
    }, LATE);
    for (const left of ['configmaps/a', 'configmaps/b', 'secrets/c']) {
      const headers = { 'content-type': 'application/merge-patch+json' };
      await server.raw.send('PATCH', `${path}/${left}`, { headers, body: { metadata: { finalizers: null } } });
    }
    await vi.waitFor(async () => expect((await server.raw.send('GET', path)).code).toBe(404), LATE);
  });

  it('makes a namespace of the same name anew once the old one is gone', async () => {
    const name = uniqueName('again');
    const body = { metadata: { name } };
    const first = (await server.raw.send('POST', '/api/v1/namespaces', { body })).body;
    await server.raw.send('DELETE', `/api/v1/namespaces/${name}`);
    await vi.waitFor(async () => {
      const again = await server.raw.send('POST', '/api/v1/namespaces', { body });
      expect(again.code).toBe(201);
      expect(again.body.metadata.uid).not.toBe(first.metadata.uid);
    }, LATE);
  });
});
