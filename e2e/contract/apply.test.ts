import { expect, it } from 'vitest';
import { onEachServer } from './servers.ts';
import type { ContractServer } from './servers.ts';
import { causesOf, ownersOf, PATCH } from './write-answers.ts';

const KIND = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'o' } };

onEachServer((server) => {
  const start = async (): Promise<string> => `/api/v1/namespaces/${await server.createNamespace()}/configmaps/o`;

  it('creates, records who applied what, and removes what is applied no longer', async () => {
    const path = await start();
    expect((await apply(server, path, 'one', { data: { a: '1', b: '2' } })).code).toBe(201);
    const less = await apply(server, path, 'one', { data: { b: '2' } });
    expect([less.code, less.body.data]).toEqual([200, { b: '2' }]);
    expect(ownersOf(less)).toEqual([['one', 'Apply', '', { 'f:data': { 'f:b': {} } }]]);
  });

  it('refuses what another manager owns with another value, unless forced', async () => {
    const path = await start();
    await apply(server, path, 'one', { data: { a: '1' } });
    const refused = await apply(server, path, 'two', { data: { a: '2' } });
    expect([refused.code, refused.body.reason, causesOf(refused)]).toEqual([
      409,
      'Conflict',
      ['FieldManagerConflict .data.a'],
    ]);
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "one": .data.a');
    const forced = await apply(server, path, 'two&force=true', { data: { a: '2' } });
    expect(ownersOf(forced)).toEqual([['two', 'Apply', '', { 'f:data': { 'f:a': {} } }]]);
  });

  it('lets two managers own one value together', async () => {
    const path = await start();
    await apply(server, path, 'one', { data: { a: '1' } });
    await apply(server, path, 'two', { data: { a: '1' } });
    const left = await apply(server, path, 'one', {});
    expect([left.body.data, ownersOf(left)]).toEqual([{ a: '1' }, [['two', 'Apply', '', { 'f:data': { 'f:a': {} } }]]]);
  });

  it('takes over from client-side apply for kubectl alone', async () => {
    const path = await start();
    const last = JSON.stringify({ ...KIND, data: { a: '1' } });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': last };
    const metadata = { name: 'o', annotations };
    const made = `${path.replace(/\/o$/, '')}?fieldManager=kubectl-client-side-apply`;
    await server.raw.send('POST', made, { body: { metadata, data: { a: '1' } } });
    expect((await apply(server, path, 'other', { data: { a: '2' } })).code).toBe(409);
    expect((await apply(server, path, 'kubectl', { data: { a: '2' } })).code).toBe(200);
  });

  it('folds the oldest of many updaters into one', async () => {
    const path = await start();
    await apply(server, path, 'one', { data: { a: '1' } });
    for (let index = 0; index < 12; index += 1) {
      const body = { data: { [`k${index}`]: 'v' } };
      await server.raw.send('PATCH', `${path}?fieldManager=u${index}`, { body, headers: PATCH.merge });
    }
    const managers = ownersOf(await server.raw.send('GET', path)).map((entry) => (entry as string[])[0]);
    expect(managers).toContain('ancient-changes');
    expect(managers).toHaveLength(11);
  });

  it.each<[string, object, string, number]>([
    ['no manager', {}, '?fieldManager=', 422],
    ['another version', { apiVersion: 'v2' }, '', 400],
    ['no kind', { kind: undefined }, '', 400],
    ['managedFields', { metadata: { name: 'o', managedFields: [] } }, '', 400],
    ['another name', { metadata: { name: 'x' } }, '', 400],
    ['an unknown field', { bogus: 1 }, '', 500],
    ['a value of the wrong type', { data: { a: 1 } }, '', 500],
  ])('refuses an intent with %s', async (_what, intent, query, code) => {
    const path = await start();
    const at = `${path}${query === '' ? '?fieldManager=one' : query}`;
    const answer = await server.raw.send('PATCH', at, { body: { ...KIND, ...intent }, headers: PATCH.apply });
    expect(answer.code).toBe(code);
  });
});

/** `manager` may carry more of the query. */
async function apply(server: ContractServer, path: string, manager: string, intent: object) {
  const body = { ...KIND, ...intent };
  return await server.raw.send('PATCH', `${path}?fieldManager=${manager}`, { body, headers: PATCH.apply });
}
