import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvestigationResource, type Investigation } from '@nannyapi/crds';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestFacade, TOKENS, type TestFacade } from '../../testing/test-facade.ts';
import { createAgent } from '../../testing/test-objects.ts';
import { NEW_INVESTIGATION } from './investigation-schema.ts';

let server: TestApiServer;
let facade: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  for (const name of ['host-a', 'host-b']) await createAgent(server.client, name);
  facade = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await facade?.close();
  await server?.close();
});

const COLLECTION = '/api/v1/namespaces/default/investigations';
const body = (more: object = {}) => ({ agentRef: { name: 'host-a' }, prompt: 'Why is this machine slow?', ...more });
const post = (sent: unknown, path = COLLECTION) => facade.call('POST', path, TOKENS.anna, sent);
const fieldsOf = (answer: { body: { errors: { field: string }[] } }) => answer.body.errors.map((error) => error.field);

describe('opening an investigation', () => {
  it('stores it in the name of the caller, under a made up name unless one is given', async () => {
    const made = await post(body({ priority: 'High', limits: { maxSteps: 3 } }));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: { namespace: 'default', name: expect.stringMatching(/^inv-/) },
      spec: { requestedBy: 'anna', priority: 'High', limits: { maxSteps: 3, deadlineSeconds: 900 } },
    });
    expect(made.body.metadata).not.toHaveProperty('managedFields');
    expect(made.headers.get('location')).toBe(`${COLLECTION}/${made.body.metadata.name}`);
    const named = await post(body({ name: 'named' }), '/api/v1/investigations');
    expect(named.body.metadata).toMatchObject({ namespace: 'default', name: 'named' });
    expect(await post(body({ name: 'named' }))).toMatchObject({ status: 409, body: { code: 'AlreadyExists' } });
  });

  it('names every field that is wrong, and what is allowed there', async () => {
    const answer = await post(body({ prompt: 'short', priority: 'Urgent', limits: { maxSteps: 99 }, colour: 'red' }));
    expect(answer).toMatchObject({ status: 422, body: { code: 'ValidationFailed', title: expect.any(String) } });
    expect(fieldsOf(answer).toSorted()).toEqual(['colour', 'limits.maxSteps', 'priority', 'prompt']);
    expect(JSON.stringify(answer.body.errors)).toContain('must be one of: Low, Medium, High');
    expect(JSON.stringify(answer.body.errors)).toContain('must be <= 50');
  });

  it('takes nothing for what it is not: no coercion, no requestedBy of others, no cancel', async () => {
    for (const wrong of [{ limits: { maxSteps: '3' } }, { requestedBy: 'boss' }, { cancel: true }, { suspend: 'yes' }])
      expect((await post(body(wrong))).status).toBe(422);
  });

  it('passes on the rules that only the API server knows, in the words of the body', async () => {
    const answer = await post({ prompt: 'Why is this machine slow?' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'ValidationFailed' } });
    expect(answer.body.errors[0].message).toContain('exactly one of agentRef, nodeName and podRef');
    const twice = await post(body({ nodeName: 'node-1' }));
    expect(twice.status).toBe(422);
  });

  it('answers 404 in a namespace that does not exist', async () => {
    const answer = await post(body(), '/api/v1/namespaces/nowhere/investigations');
    expect(answer).toMatchObject({ status: 404, body: { code: 'NotFound' } });
  });

  it('refuses what is no JSON, of another type, or too large', async () => {
    expect(await post('{"prompt":')).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    expect(await post(new Uint8Array([1]))).toMatchObject({ status: 415, body: { code: 'UnsupportedMediaType' } });
    const large = await post(body({ context: { a: 'x'.repeat(300_000) } }));
    expect(large).toMatchObject({ status: 413, body: { code: 'BodyTooLarge' } });
  });
});

describe('listing', () => {
  it('pages, filters by agent and phase, and starts again when the token is not its own', async () => {
    const path = '/api/v1/namespaces/default/investigations';
    for (let n = 0; n < 5; n++)
      await post(body({ name: `page-${n}`, agentRef: { name: n % 2 ? 'host-b' : 'host-a' } }));
    await server.client
      .resource<Investigation>(InvestigationResource)
      .patchStatus({ namespace: 'default', name: 'page-1' }, { status: { phase: 'Completed' } });

    const names: string[] = [];
    let next: string | undefined;
    do {
      const token = next ? `&continue=${encodeURIComponent(next)}` : '';
      const page = await facade.call('GET', `${path}?agent=host-b&limit=1${token}`, TOKENS.anna);
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(1);
      names.push(...page.body.items.map((item: Investigation) => item.metadata.name));
      next = page.body.metadata.continue;
    } while (next);
    expect(names).toEqual(['page-1', 'page-3']);

    const done = await facade.call('GET', `${path}?phase=Completed`, TOKENS.anna);
    expect(done.body).toMatchObject({ kind: 'InvestigationList', items: [{ metadata: { name: 'page-1' } }] });
    const short = await facade.call('GET', '/api/v1/investigations?agent=host-b', TOKENS.anna);
    expect(short.body.items).toHaveLength(2);
    const nonsense = await facade.call('GET', `${path}?continue=nonsense`, TOKENS.anna);
    expect([400, 410]).toContain(nonsense.status);
  });

  it('refuses a limit above 500 and a filter that it does not know', async () => {
    const list = (query: string) => facade.call('GET', `${COLLECTION}?${query}`, TOKENS.anna);
    for (const query of ['limit=501', 'limit=0', 'limit=many', 'phase=Done', 'colour=red'])
      expect(await list(query)).toMatchObject({ status: 422, body: { code: 'ValidationFailed' } });
    expect((await list('limit=500')).status).toBe(200);
  });
});

describe('one investigation', () => {
  it('is got, cancelled and deleted', async () => {
    await post(body({ name: 'one' }));
    const path = `${COLLECTION}/one`;
    expect((await facade.call('GET', path, TOKENS.anna)).body.spec.cancel).toBeUndefined();
    for (let times = 0; times < 2; times++)
      expect(await facade.call('POST', `${path}/cancel`, TOKENS.anna)).toMatchObject({
        status: 200,
        body: { spec: { cancel: true } },
      });
    expect((await facade.call('DELETE', path, TOKENS.anna)).status).toBe(204);
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['DELETE', ''],
      ['GET', '/evidence'],
    ])
      expect(await facade.call(method!, `${path}${rest}`, TOKENS.anna)).toMatchObject({
        status: 404,
        body: { code: 'NotFound' },
      });
  });
});

describe('agents', () => {
  it('are listed and got', async () => {
    const list = await facade.call('GET', '/api/v1/namespaces/default/agents?limit=1', TOKENS.anna);
    expect(list.body).toMatchObject({ kind: 'AgentList', items: [{ metadata: { name: 'host-a' } }] });
    expect(list.body.metadata.continue).toBeDefined();
    const one = await facade.call('GET', '/api/v1/namespaces/default/agents/host-b', TOKENS.anna);
    expect(one.body).toMatchObject({ kind: 'Agent', metadata: { name: 'host-b' } });
    expect((await facade.call('GET', '/api/v1/namespaces/default/agents/none', TOKENS.anna)).status).toBe(404);
  });
});

describe('the schema of a new investigation', () => {
  interface Schema {
    properties?: Record<string, Schema>;
    [keyword: string]: unknown;
  }
  const KEYWORDS = [
    'type',
    'minLength',
    'maxLength',
    'pattern',
    'minimum',
    'maximum',
    'enum',
    'maxProperties',
    'required',
  ];

  it('has the fields and the bounds of the CRD', () => {
    const file = join(import.meta.dirname, '../../../crds/v1alpha1/investigations.yaml');
    const crd = load(readFileSync(file, 'utf8')) as {
      spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
    };
    const spec = crd.spec.versions[0]!.schema.openAPIV3Schema.properties!['spec']!;
    const { name: _, ...body } = NEW_INVESTIGATION.properties;
    const settable = Object.keys(spec.properties!).filter((field) => !['requestedBy', 'cancel'].includes(field));
    expect(Object.keys(body).toSorted()).toEqual(settable.toSorted());
    compare(body, spec.properties!);
  });

  function compare(ours: Record<string, Schema>, theirs: Record<string, Schema>): void {
    for (const [field, schema] of Object.entries(ours)) {
      const other = theirs[field]!;
      for (const keyword of KEYWORDS)
        expect([field, keyword, schema[keyword]]).toEqual([field, keyword, other[keyword]]);
      if (schema.properties) compare(schema.properties, other.properties!);
    }
  }
});
