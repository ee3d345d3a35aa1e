import { expect, it, vi } from 'vitest';
import { onEachServer } from './servers.ts';
import { causesOf, PATCH } from './write-answers.ts';

const LATE = { timeout: 20_000, interval: 50 };

onEachServer((server) => {
  const folder = async (): Promise<string> => `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
  const make = async (path: string, name: string, metadata: object = {}) =>
    (await server.raw.send('POST', path, { body: { metadata: { name, ...metadata } } })).body;
  const code = async (path: string): Promise<number> => (await server.raw.send('GET', path)).code;
  const gone = async (path: string): Promise<void> =>
    await vi.waitFor(async () => expect([path, await code(path)]).toEqual([path, 404]), LATE);
  const release = async (path: string): Promise<unknown> =>
    await server.raw.send('PATCH', path, { body: { metadata: { finalizers: null } }, headers: PATCH.merge });

  it('answers with the uid of what it deleted', async () => {
    const path = await folder();
    const { metadata } = await make(path, 'a');
    const { body } = await server.raw.send('DELETE', `${path}/a`);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    expect((await server.raw.send('DELETE', `${path}/a`)).code).toBe(404);
  });

  it.each<[string, object, number, string[]]>([
    ['another uid', { preconditions: { uid: 'x' } }, 409, []],
    ['another version', { preconditions: { resourceVersion: '1' } }, 409, []],
    ['a policy that does not exist', { propagationPolicy: 'Some' }, 422, ['FieldValueNotSupported propagationPolicy']],
    [
      'two policies',
      { propagationPolicy: 'Orphan', orphanDependents: true },
      422,
      ['FieldValueInvalid propagationPolicy'],
    ],
    ['a dry run that does not exist', { dryRun: ['Some'] }, 422, ['FieldValueNotSupported dryRun']],
    ['a dry run that is a word', { dryRun: 'All' }, 400, []],
    ['options of another kind', { apiVersion: 'v1', kind: 'Pod' }, 400, []],
  ])('refuses to delete with %s', async (_what, body, status, causes) => {
    const path = await folder();
    await make(path, 'a');
    const answer = await server.raw.send('DELETE', `${path}/a`, { body });
    expect([answer.code, causesOf(answer)]).toEqual([status, causes]);
    expect(await code(`${path}/a`)).toBe(200);
  });

  it('holds an object until its last finalizer is gone, and takes no new one', async () => {
    const path = await folder();
    await make(path, 'a', { finalizers: ['a.b/1'] });
    const first = await server.raw.send('DELETE', `${path}/a`);
    expect([first.code, first.body.metadata.deletionGracePeriodSeconds]).toEqual([200, 0]);
    const again = await server.raw.send('DELETE', `${path}/a`);
    expect(again.body).toEqual(first.body);
    const patch = { body: { metadata: { finalizers: ['a.b/1', 'a.b/2'] } }, headers: PATCH.merge };
    const more = await server.raw.send('PATCH', `${path}/a`, patch);
    expect([more.code, causesOf(more)]).toEqual([422, ['FieldValueForbidden metadata.finalizers']]);
    expect((await server.raw.send('POST', path, { body: { metadata: { name: 'a' } } })).body.reason).toBe(
      'AlreadyExists',
    );
    await release(`${path}/a`);
    await gone(`${path}/a`);
  });

  it('deletes nothing in a dry run', async () => {
    const path = await folder();
    await make(path, 'a');
    expect((await server.raw.send('DELETE', `${path}/a?dryRun=All`)).body.status).toBe('Success');
    expect((await server.raw.send('DELETE', `${path}?dryRun=All`)).body.items).toHaveLength(1);
    expect(await code(`${path}/a`)).toBe(200);
  });

  it('deletes a collection by label', async () => {
    const path = await folder();
    for (const [name, l] of Object.entries({ a: '1', b: '2', c: '1' })) await make(path, name, { labels: { l } });
    const { body } = await server.raw.send('DELETE', `${path}?labelSelector=l%3D1`);
    expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['a', 'c']);
    expect([await code(`${path}/a`), await code(`${path}/b`)]).toEqual([404, 200]);
  });

  it.each([{}, { propagationPolicy: 'Background' }])('lets dependents follow their owner by %j', async (options) => {
    const path = await folder();
    const owner = await make(path, 'owner');
    const child = await make(path, 'child', { ownerReferences: [ownerOf(owner)] });
    await make(path, 'grandchild', { ownerReferences: [ownerOf(child)] });
    await server.raw.send('DELETE', `${path}/owner`, { body: options });
    for (const name of ['owner', 'child', 'grandchild']) await gone(`${path}/${name}`);
    expect((await server.raw.send('GET', path)).body.items.map(nameOf)).not.toContain('child');
  });

  it('sets dependents free before their owner goes', async () => {
    const path = await folder();
    const owner = await make(path, 'owner');
    await make(path, 'child', { ownerReferences: [ownerOf(owner)] });
    const { body } = await server.raw.send('DELETE', `${path}/owner`, { body: { propagationPolicy: 'Orphan' } });
    expect(body.metadata.finalizers).toEqual(['orphan']);
    await gone(`${path}/owner`);
    expect((await server.raw.send('GET', `${path}/child`)).body.metadata.ownerReferences).toBeUndefined();
  });

  it('keeps an owner in the foreground until what blocks it is gone', async () => {
    const path = await folder();
    const owner = await make(path, 'owner');
    const ownerReferences = [{ ...ownerOf(owner), blockOwnerDeletion: true }];
    await make(path, 'child', { ownerReferences, finalizers: ['a.b/c'] });
    await server.raw.send('DELETE', `${path}/owner`, { body: { propagationPolicy: 'Foreground' } });
    const child = async () => (await server.raw.send('GET', `${path}/child`)).body.metadata;
    await vi.waitFor(async () => expect((await child()).deletionTimestamp).toBeDefined(), LATE);
    expect((await server.raw.send('GET', `${path}/owner`)).body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await release(`${path}/child`);
    await gone(`${path}/owner`);
  });

  it('collects what names an owner that is not there, and drops one dead owner of two', async () => {
    const path = await folder();
    const living = await make(path, 'living');
    const dead = { apiVersion: 'v1', kind: 'ConfigMap', name: 'dead', uid: '11111111-1111-1111-1111-111111111111' };
    await make(path, 'orphan', { ownerReferences: [dead] });
    await make(path, 'half', { ownerReferences: [ownerOf(living), dead] });
    await gone(`${path}/orphan`);
    const owners = async () => (await server.raw.send('GET', `${path}/half`)).body.metadata.ownerReferences;
    await vi.waitFor(async () => expect(await owners()).toEqual([ownerOf(living)]), LATE);
  });
});

function ownerOf({ metadata }: { metadata: { name: string; uid: string } }): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, uid: metadata.uid };
}

function nameOf({ metadata }: { metadata: { name: string } }): string {
  return metadata.name;
}
