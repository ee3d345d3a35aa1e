import { expect, it, vi } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';

const LATE = { timeout: 30_000, interval: 50 };

interface Owner {
  metadata: { name: string; uid: string };
}

onEachServer((server) => {
  const folder = async (): Promise<string> => `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
  const make = async (path: string, name: string, owners: object[] = []): Promise<Owner> => {
    const body = { metadata: { name, ownerReferences: owners } };
    const answer = await server.raw.send('POST', path, { body });
    expect(answer.code, answer.text).toBe(201);
    return answer.body;
  };
  const code = async (path: string): Promise<number> => (await server.raw.send('GET', path)).code;
  const gone = async (path: string): Promise<void> =>
    await vi.waitFor(async () => expect([path, await code(path)]).toEqual([path, 404]), LATE);
  const ownedBy = ({ metadata }: Owner, more: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name,
    uid: metadata.uid,
    ...more,
  });

  it('keeps a cluster-scoped object that names an owner in a namespace, living or not', async () => {
    const path = await folder();
    const owner = await make(path, 'owner');
    const [kept, orphaned] = [uniqueName('node'), uniqueName('node')];
    await make('/api/v1/nodes', kept, [ownedBy(owner)]);
    await make('/api/v1/nodes', orphaned, [ownedBy({ metadata: { name: 'nobody', uid: uniqueName() } })]);
    // Made after them and collected: so they have been looked at.
    await make(path, 'sentinel', [ownedBy({ metadata: { name: 'nobody', uid: uniqueName() } })]);
    await gone(`${path}/sentinel`);
    expect([await code(`/api/v1/nodes/${kept}`), await code(`/api/v1/nodes/${orphaned}`)]).toEqual([200, 200]);
    await server.raw.send('DELETE', `/api/v1/nodes/${kept}`);
    await server.raw.send('DELETE', `/api/v1/nodes/${orphaned}`);
  });

  it('collects what a cluster-scoped owner leaves behind', async () => {
    const path = await folder();
    const node = await make('/api/v1/nodes', uniqueName('node'));
    await make(path, 'dependent', [ownedBy(node, { kind: 'Node' })]);
    expect(await code(`${path}/dependent`)).toBe(200);
    await server.raw.send('DELETE', `/api/v1/nodes/${node.metadata.name}`);
    await gone(`${path}/dependent`);
  });

  it('takes an owner of another namespace, another name or another uid for gone', async () => {
    const [path, elsewhere] = [await folder(), await folder()];
    const foreign = await make(elsewhere, 'foreign');
    const owner = await make(path, 'owner');
    await make(path, 'of-another-namespace', [ownedBy(foreign)]);
    await make(path, 'of-another-name', [ownedBy(owner, { name: 'misnamed' })]);
    await make(path, 'of-another-uid', [ownedBy(owner, { uid: uniqueName() })]);
    await make(path, 'of-the-owner', [ownedBy(owner)]);
    for (const name of ['of-another-namespace', 'of-another-name', 'of-another-uid']) await gone(`${path}/${name}`);
    expect(await code(`${path}/of-the-owner`)).toBe(200);
  });

  it('keeps a dependent of two owners until the second is gone, and drops the reference to the first', async () => {
    const path = await folder();
    const [first, second] = [await make(path, 'first'), await make(path, 'second')];
    await make(path, 'dependent', [ownedBy(first), ownedBy(second)]);
    await server.raw.send('DELETE', `${path}/first`);
    await vi.waitFor(async () => {
      const { body } = await server.raw.send('GET', `${path}/dependent`);
      expect(body.metadata.ownerReferences.map(({ name }: { name: string }) => name)).toEqual(['second']);
    }, LATE);
    await server.raw.send('DELETE', `${path}/second`);
    await gone(`${path}/dependent`);
  });
});
