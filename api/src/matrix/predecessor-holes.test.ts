import { AGENT_PATHS } from '@nannyapi/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_MESSAGE } from '../audit/audit.ts';
import { IdentityRig } from '../../testing/identity-rig.ts';
import { createInvestigation, createTask, JOURNAL, POLICY } from '../../testing/test-objects.ts';
import { MATRIX } from './table.ts';

let rig: IdentityRig;
let document: {
  paths: Record<string, Record<string, { parameters?: { in: string; name: string; schema: { maximum?: number } }[] }>>;
};

beforeAll(async () => {
  rig = await IdentityRig.start({
    people: {
      admin: { role: 'nannyapi-admin' },
      investigator: { role: 'nannyapi-investigator', namespace: 'own' },
      viewer: { role: 'nannyapi-viewer', namespace: 'default' },
      reader: { role: 'nannyapi-evidence-viewer', namespace: 'default' },
      neighbour: { role: 'nannyapi-admin', namespace: 'other' },
      opener: {},
    },
    agents: {
      hostA: { namespace: 'default', name: 'host-a' },
      hostB: { namespace: 'default', name: 'host-b' },
      ownHost: { namespace: 'own', name: 'host' },
    },
  });
  document = (await rig.call('admin', 'GET', '/openapi.json')).body;
  await letOpen('opener');
});

afterAll(async () => {
  await rig?.close();
});

/** The right to create investigations in `own`, and over no target. */
async function letOpen(who: string): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const [apiVersion, metadata] = [`${group}/v1`, { namespace: 'own', name: 'opener' }];
  const rules = [{ apiGroups: ['nannyai.dev'], resources: ['investigations'], verbs: ['create'] }];
  const subjects = [{ apiGroup: group, kind: 'User', name: `local:${who}` }];
  const roleRef = { apiGroup: group, kind: 'Role', name: 'opener' };
  const of = (kind: string, plural: string) =>
    rig.server.client.resource({ group, version: 'v1', kind, plural, namespaced: true });
  await of('Role', 'roles').create({ apiVersion, kind: 'Role', metadata, rules } as never);
  await of('RoleBinding', 'rolebindings').create({
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    subjects,
    roleRef,
  } as never);
}

const RUNS = '/api/v1/namespaces/own/investigations';
const QUESTION = { agentRef: { name: 'host' }, prompt: 'Why is this machine so slow?' };
/** A path with something in place of each parameter. */
const filled = (path: string) => path.replaceAll('{namespace}', 'own').replaceAll(/\{[a-z]+\}/gi, 'x');

describe('a hole of the predecessor', () => {
  it('D1 is closed: whatever a list shows says when it was made', async () => {
    for (const path of ['/api/v1/agents', '/api/v1/users']) {
      const { items } = (await rig.call('admin', 'GET', path)).body;
      expect(items.length).toBeGreaterThan(0);
      for (const { metadata } of items) expect(Date.parse(metadata.creationTimestamp)).toBeGreaterThan(0);
    }
  });

  it('D2 is closed: who is nobody gets 401 from each route that is not for everyone, and never a 5xx', async () => {
    for (const { route, own, page, body, form } of MATRIX) {
      const [method = '', path = ''] = route.split(' ');
      const status = await rig.status('anonymous', method, filled(path), form ?? body);
      expect([route, status < 500]).toEqual([route, true]);
      const expected = page === true && method === 'GET' ? 303 : 401;
      expect([route, own === 'everyone' ? expected : status]).toEqual([route, expected]);
    }
  });

  it('D3 is closed: every list is paged with a maximum, and every path that agents use is there', () => {
    const lists = Object.entries(document.paths).filter(([, { get }]) =>
      JSON.stringify(get ?? {}).includes('"items":{"type":"array"'),
    );
    const unpaged = lists.filter(([, { get }]) => {
      const parameters = get?.parameters?.filter((parameter) => parameter.in === 'query') ?? [];
      const limit = parameters.find(({ name }) => name === 'limit');
      return limit?.schema.maximum !== 500 || !parameters.some(({ name }) => name === 'continue');
    });
    // A person has 32 logins at most.
    const bounded = ['/api/v1/me/sessions', '/api/v1/users/{name}/sessions'];
    expect(lists.length).toBeGreaterThan(8);
    expect(unpaged.map(([path]) => path).toSorted()).toEqual(bounded);
    const used = [AGENT_PATHS.stream, AGENT_PATHS.heartbeat, AGENT_PATHS.investigations, AGENT_PATHS.claim('{uid}')];
    for (const path of used) expect(Object.keys(document.paths)).toContain(path);
  });

  it('D4 is closed: no route writes a status or what it is not for, not even for an admin', async () => {
    const agent = '/api/v1/namespaces/own/agents/host';
    for (const change of [{ status: { phase: 'Active' } }, { metadata: { labels: {} } }, { spec: {} }, { owner: 'me' }])
      expect((await rig.call('admin', 'PATCH', agent, change)).status).toBe(422);
    for (const change of [{ status: { phase: 'Completed' } }, { requestedBy: 'local:reader' }])
      expect((await rig.call('admin', 'POST', RUNS, { ...QUESTION, ...change })).status).toBe(422);
  });

  it('D5 is closed: who may open investigations may not make any host of theirs obey', async () => {
    expect(await rig.call('opener', 'POST', RUNS, QUESTION)).toMatchObject({
      status: 403,
      body: { detail: 'local:opener may not investigate agents in namespace own' },
    });
    expect((await rig.call('investigator', 'POST', RUNS, QUESTION)).status).toBe(201);
    // A node is no tenant's.
    expect((await rig.call('investigator', 'POST', RUNS, { prompt: QUESTION.prompt, nodeName: 'n1' })).status).toBe(
      403,
    );
    expect((await rig.call('neighbour', 'POST', RUNS, QUESTION)).status).toBe(403);
  });

  it('D6 is closed: a list shows what its reader may see, or nothing at all', async () => {
    for (const path of [
      '/api/v1/namespaces/own/agents',
      RUNS,
      '/api/v1/agents?allNamespaces=true',
      '/api/v1/investigations?allNamespaces=true',
    ])
      expect([path, (await rig.call('neighbour', 'GET', path)).status]).toEqual([path, 403]);
    expect((await rig.call('neighbour', 'GET', '/api/v1/namespaces/other/agents')).body.items).toEqual([]);
  });

  it('D7 is closed: a captured host speaks for itself alone, and reads nothing of people', async () => {
    const report = { prompt: 'The load average is above 90 since noon.' };
    expect(
      (await rig.call('hostA', 'POST', AGENT_PATHS.investigations, { ...report, agentRef: { name: 'host-b' } })).status,
    ).toBe(422);
    const { body } = await rig.call('hostA', 'POST', AGENT_PATHS.investigations, report);
    const read = await rig.call('admin', 'GET', `/api/v1/namespaces/default/investigations/${body.name}`);
    expect(read.body.spec).toMatchObject({ agentRef: { name: 'host-a' }, requestedBy: 'agent:default/host-a' });
    const reported = rig.log.map((line) => JSON.parse(line)).find(({ action }) => action === 'ReportAnomaly');
    expect(reported).toMatchObject({ principal: 'agent:default/host-a', outcome: 'Done', name: body.name });
    for (const { route } of MATRIX.filter((row) => row.route.includes(' /api/'))) {
      const [method = '', path = ''] = route.split(' ');
      expect([route, await rig.status('hostA', method, filled(path))]).toEqual([route, 403]);
    }
    const task = await createTask(rig.server.client, 'task-of-a', { agent: 'host-a' });
    const claim = { journalID: JOURNAL, policyHash: POLICY };
    const path = AGENT_PATHS.claim(task.metadata.uid ?? '');
    expect((await rig.call('hostB', 'POST', path, claim)).status).toBe(404);
    expect((await rig.call('hostA', 'POST', path, claim)).status).toBe(200);
  });

  it('D8 is closed: what a host said is read with a right of its own, and comes with its digest', async () => {
    const investigation = await createInvestigation(rig.server.client, 'proof');
    const clusterContext = [{ id: 'pod', source: 'Kubernetes API', text: 'pod web\n' }];
    await createTask(rig.server.client, 'proof-1', { owner: investigation, spec: { clusterContext } });
    const path = '/api/v1/namespaces/default/investigations/proof/evidence/s1-pod';
    expect((await rig.call('anonymous', 'GET', path)).status).toBe(401);
    expect((await rig.call('viewer', 'GET', path)).status).toBe(403);
    const read = await rig.call('reader', 'GET', path);
    expect(read).toMatchObject({ status: 200, body: 'pod web\n' });
    expect(read.headers.get('etag')).toMatch(/^"sha256:[0-9a-f]{64}"$/);
  });

  it('D9 is closed: every deed stands in the audit log, with who, from where and through which provider', async () => {
    const made = await rig.call('investigator', 'POST', RUNS, QUESTION);
    const path = `${RUNS}/${made.body.metadata.name}`;
    await rig.call('investigator', 'POST', `${path}/cancel`);
    await rig.call('investigator', 'DELETE', path);
    const lines = rig.log
      .map((line) => JSON.parse(line))
      .filter(({ msg, name }) => msg === AUDIT_MESSAGE && name === made.body.metadata.name);
    for (const action of ['OpenInvestigation', 'CancelInvestigation', 'DeleteInvestigation'])
      expect(lines).toContainEqual(
        expect.objectContaining({
          action,
          outcome: 'Done',
          principal: 'local:investigator',
          provider: 'local',
          address: expect.stringMatching(/^10\./),
        }),
      );
  });

  it('D10 is closed: there are limits by default, and no other origin is let in', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 45; i++) statuses.add(await rig.status('admin', 'GET', `${RUNS}/nothing/events`));
    expect([...statuses]).toEqual([404, 429]);
    const preflight = await fetch(`${rig.url}/api/v1/me`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(401);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('D11 is closed: a body above the limit of its route is refused and not cut, whatever the route', async () => {
    const huge = 'x'.repeat(1_600_000);
    for (const { route, form, own, body } of MATRIX.filter((row) => row.body !== undefined || row.form !== undefined)) {
      const [method = '', path = ''] = route.split(' ');
      const who = own === 'everyone' || !own.includes('agent') ? 'admin' : 'hostA';
      const sent = form === undefined ? { ...body, huge } : `huge=${huge}`;
      // OAuth has words of its own (RFC 6749 §5.2).
      const refused = path.startsWith('/oauth/') ? 400 : 413;
      expect([route, await rig.status(who, method, filled(path), sent)]).toEqual([route, refused]);
    }
  });
});
