import { AgentResource, API_VERSION, type Agent } from '@nannyapi/crds';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestFacade, TOKENS, type Answer, type TestFacade } from '../../testing/test-facade.ts';

let server: TestApiServer;
let facade: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  for (const name of ['default', 'other'])
    await server.client
      .resource({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false })
      .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      .catch(() => undefined);
  await makeAgent('web-1', { description: 'Serves pages' }, { tier: 'web' });
  await makeAgent('web-2', { owner: 'github:42' }, { tier: 'web' });
  await makeAgent('db-1', { access: 'Revoked' }, { tier: 'db' });
  await makeAgent('far-1', {}, {}, 'other');
  facade = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await facade?.close();
  await server?.close();
});

// oxlint-disable-next-line eslint/max-params -- what an Agent is made of
async function makeAgent(name: string, spec: Agent['spec'], labels: Record<string, string>, namespace = 'default') {
  const agents = server.client.resource<Agent>(AgentResource);
  await agents.create({ apiVersion: API_VERSION, kind: 'Agent', metadata: { namespace, name, labels }, spec });
}

const COLLECTION = '/api/v1/namespaces/default/agents';
const get = (path: string) => facade.call('GET', path, TOKENS.anna);
const namesOf = ({ body }: Answer) => body.items.map((item: Agent) => item.metadata.name).toSorted();

describe('the list of agents', () => {
  it.each([
    ['', ['db-1', 'web-1', 'web-2']],
    ['?labelSelector=tier%3Dweb', ['web-1', 'web-2']],
    ['?labelSelector=tier%20in%20(db)', ['db-1']],
    ['?access=Revoked', ['db-1']],
    ['?access=Enabled', ['web-1', 'web-2']],
    ['?search=PAGES', ['web-1']],
    ['?search=github:42', ['web-2']],
    ['?search=nothing', []],
    ['?phase=Active', []],
  ])('is filtered by %s', async (query, names) => {
    expect(namesOf(await get(`${COLLECTION}${query}`))).toEqual(names);
  });

  it('comes in pages, of all namespaces too', async () => {
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await get(
        `/api/v1/agents?allNamespaces=true&limit=1${next ? `&continue=${encodeURIComponent(next)}` : ''}`,
      );
      expect(page.body.items).toHaveLength(1);
      seen.push(...namesOf(page));
      next = page.body.metadata.continue;
    } while (next);
    expect(seen.toSorted()).toEqual(['db-1', 'far-1', 'web-1', 'web-2']);
    expect(namesOf(await get('/api/v1/agents'))).toEqual(['db-1', 'web-1', 'web-2']);
  });

  it('names what is wrong with a query', async () => {
    for (const query of ['limit=501', 'limit=0', 'limit=x', 'phase=Odd', 'access=Maybe', 'sort=name', 'search='])
      expect([query, (await get(`${COLLECTION}?${query}`)).status]).toEqual([query, 422]);
    expect((await get(`${COLLECTION}?labelSelector=%3D%3D`)).status).toBe(400);
    expect((await get(`${COLLECTION}?continue=nonsense`)).body.code).toMatch(/BadRequest|ContinueExpired/);
  });
});

describe('an agent', () => {
  it('is described, paused and cut off, each without the others', async () => {
    const patch = (body: unknown) => facade.call('PATCH', `${COLLECTION}/web-1`, TOKENS.anna, body);
    expect((await patch({ suspend: true })).body.spec).toMatchObject({ suspend: true, description: 'Serves pages' });
    expect((await patch({ description: 'Serves mail', suspend: false })).body.spec).toMatchObject({
      description: 'Serves mail',
      suspend: false,
    });
    expect((await patch({ access: 'Revoked' })).body.spec).toMatchObject({ access: 'Revoked' });
    for (const wrong of [
      {},
      { owner: 'me' },
      { nodeName: 'n' },
      { access: 'No' },
      { suspend: 'yes' },
      { description: 'a\0' },
      [],
    ])
      expect([wrong, (await patch(wrong)).status]).toEqual([wrong, 422]);
    expect((await facade.call('PATCH', `${COLLECTION}/nobody`, TOKENS.anna, { suspend: true })).status).toBe(404);
  });

  it('goes for good, once', async () => {
    const remove = () => facade.call('DELETE', `${COLLECTION}/web-2`, TOKENS.anna);
    expect((await remove()).status).toBe(204);
    expect((await get(`${COLLECTION}/web-2`)).status).toBe(404);
    expect((await remove()).status).toBe(404);
  });
});
