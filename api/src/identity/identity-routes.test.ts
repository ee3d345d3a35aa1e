import { EnrollmentTokenResource, type EnrollmentToken } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIT_MESSAGE } from '../audit/audit.ts';
import { IdentityRig, RELEASE } from '../../testing/identity-rig.ts';
import { OAuthHost } from '../../testing/oauth-host.ts';

let rig: IdentityRig;

beforeAll(async () => {
  rig = await IdentityRig.start({
    people: {
      admin: { role: 'nannyapi-admin' },
      tenant: { role: 'nannyapi-admin', namespace: 'own' },
      viewer: { role: 'nannyapi-viewer', namespace: 'own' },
      leaver: {},
    },
    agents: {},
  });
});

afterAll(async () => {
  await rig?.close();
});

const CODES = '/api/v1/device-codes';
const TOKENS = '/api/v1/enrollment-tokens';
const CREDENTIALS = '/api/v1/agent-credentials';
const FACTS = { hostname: 'pve-7', machine_id: 'a'.repeat(32), capabilities: 'run read' };

async function startHost(facts: Record<string, string> = FACTS) {
  const host = new OAuthHost(rig.url);
  const started = await host.start(facts);
  expect(started.status).toBe(200);
  return { host, userCode: started.body.user_code as string, deviceCode: started.body.device_code as string };
}

/** Enrols a host by an install token. */
async function enrol(name: string) {
  const made = await rig.call('admin', 'POST', TOKENS, { agentNamespace: 'own' });
  const host = new OAuthHost(rig.url);
  const tokens = await host.enrol(made.body.token as string, { ...FACTS, hostname: name, agent_name: name });
  expect(tokens).toMatchObject({ status: 200, body: { agent: { namespace: 'own', name } } });
  return { host, accessToken: tokens.body.access_token as string };
}

/** Lines of the audit log with such an action. */
const audited = (action: string) =>
  rig.log.map((line) => JSON.parse(line)).filter((line) => line.msg === AUDIT_MESSAGE && line.action === action);

describe('a device that waits', () => {
  it('is listed without its codes, found by its code, approved once and then enrolled', async () => {
    const { host, userCode, deviceCode } = await startHost();
    const listed = await rig.call('admin', 'GET', `${CODES}?client=Agent&search=pve-7`);
    expect(listed.body.items).toHaveLength(1);
    expect(JSON.stringify(listed.body)).not.toMatch(/Hash|user-code/);
    expect((await rig.call('admin', 'GET', `${CODES}?search=nowhere`)).body.items).toEqual([]);

    const found = await rig.call('tenant', 'POST', `${CODES}/find`, { userCode: userCode.toLowerCase() });
    expect(found).toMatchObject({
      status: 200,
      body: { hostname: 'pve-7', client: 'Agent', capabilities: ['run', 'read'] },
    });

    const decision = { userCode, namespace: 'own', name: 'pve-7' };
    expect((await rig.call('viewer', 'POST', `${CODES}/approve`, decision)).status).toBe(403);
    expect((await rig.call('tenant', 'POST', `${CODES}/approve`, { ...decision, namespace: 'other' })).status).toBe(
      403,
    );
    expect(await rig.call('tenant', 'POST', `${CODES}/approve`, { userCode })).toMatchObject({ status: 422 });
    expect(await rig.call('tenant', 'POST', `${CODES}/approve`, decision)).toMatchObject({
      status: 200,
      body: { client: 'Agent', agent: { namespace: 'own', name: 'pve-7' } },
    });
    expect((await rig.call('tenant', 'POST', `${CODES}/approve`, decision)).status).toBe(404);
    expect((await rig.call('tenant', 'POST', `${CODES}/deny`, { userCode })).status).toBe(404);
    expect(await host.poll(deviceCode)).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    expect((await rig.call('admin', 'GET', CODES)).body.items).toEqual([]);
  });

  it('is denied by whoever has its code, for good', async () => {
    const { host, userCode, deviceCode } = await startHost();
    expect((await rig.call('viewer', 'POST', `${CODES}/deny`, { userCode })).status).toBe(204);
    expect((await rig.call('admin', 'POST', `${CODES}/find`, { userCode })).status).toBe(404);
    expect(await host.poll(deviceCode)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  });
});

describe('an install token', () => {
  it('is shown once, listed without itself, and enrols as many hosts as it says', async () => {
    const made = await rig.call('admin', 'POST', TOKENS, { agentNamespace: 'own', description: 'rack 7', maxUses: 1 });
    expect(made).toMatchObject({ status: 201, body: { object: { spec: { maxUses: 1, createdBy: 'local:admin' } } } });
    const { token, object } = made.body;
    const path = `${TOKENS}/${object.metadata.name}`;
    expect(made.headers.get('location')).toBe(path);
    for (const read of [path, TOKENS, `${TOKENS}?search=RACK`, `${TOKENS}?agentNamespace=own&access=Enabled`]) {
      const answer = await rig.call('admin', 'GET', read);
      expect(JSON.stringify(answer.body)).toContain('rack 7');
      expect(JSON.stringify([answer.body, object])).not.toContain(token.split('.').at(-1));
      expect(JSON.stringify([answer.body, object])).not.toContain('Hash');
    }
    expect((await rig.call('admin', 'GET', `${TOKENS}?agentNamespace=other`)).body.items).toEqual([]);
    expect((await new OAuthHost(rig.url).enrol(token, FACTS)).status).toBe(200);
    expect((await new OAuthHost(rig.url).enrol(token, FACTS)).status).toBe(400);
  });

  it('enrols nobody once it is revoked or deleted', async () => {
    for (const [method, suffix, status] of [
      ['POST', '/revoke', 200],
      ['DELETE', '', 204],
    ] as const) {
      const { token, object } = (await rig.call('admin', 'POST', TOKENS, { agentNamespace: 'own' })).body;
      expect((await rig.call('admin', method, `${TOKENS}/${object.metadata.name}${suffix}`)).status).toBe(status);
      await vi.waitFor(async () => expect((await new OAuthHost(rig.url).enrol(token, FACTS)).status).toBe(400));
    }
  });

  it('has bounds, each of which is named', async () => {
    const wrong = {
      agentNamespace: 'Own',
      maxUses: 0,
      validSeconds: 59,
      allowedAddresses: 'all',
      description: 'x'.repeat(300),
      token: 'mine',
    };
    const answer = await rig.call('admin', 'POST', TOKENS, wrong);
    expect(answer.status).toBe(422);
    const fields = answer.body.errors.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(Object.keys(wrong).toSorted());
    const network = await rig.call('admin', 'POST', TOKENS, { agentNamespace: 'own', allowedAddresses: ['not-a-net'] });
    expect(network).toMatchObject({ status: 422 });
  });

  it('has the bounds of its kind', async () => {
    const tokens = rig.server.client.resource<EnrollmentToken>(EnrollmentTokenResource);
    const make = async (spec: Partial<EnrollmentToken['spec']>) =>
      tokens.create({
        apiVersion: 'nannyai.dev/v1alpha1',
        kind: 'EnrollmentToken',
        metadata: { namespace: RELEASE, generateName: 'bounds-' },
        spec: {
          tokenHash: `sha256:${'0'.repeat(64)}`,
          agentNamespace: 'own',
          expirationTime: new Date(Date.now() + 1000).toISOString(),
          ...spec,
        },
      });
    const most = { maxUses: 1000, description: 'x'.repeat(256), agentNamespace: 'a'.repeat(63) };
    await expect(make(most)).resolves.toMatchObject({ spec: most });
    for (const [field, value] of Object.entries({
      maxUses: 1001,
      description: 'x'.repeat(257),
      agentNamespace: 'a'.repeat(64),
    }))
      await expect(make({ [field]: value })).rejects.toMatchObject({ code: 'Invalid' });
  });
});

describe('the credential of a host', () => {
  it('is listed without its hashes, and revoked with what the host holds', async () => {
    const { host, accessToken } = await enrol('db-1');
    const listed = await rig.call('admin', 'GET', `${CREDENTIALS}?agent=db-1&agentNamespace=own&access=Enabled`);
    expect(listed.body.items).toHaveLength(1);
    expect(listed.body.items[0].spec).toMatchObject({ keyThumbprint: host.thumbprint, enrolledBy: 'local:admin' });
    const one = await rig.call('admin', 'GET', `${CREDENTIALS}/${listed.body.items[0].metadata.name}`);
    expect(JSON.stringify([listed.body, one.body])).not.toContain('Hash');
    expect((await rig.call('admin', 'GET', `${CREDENTIALS}?search=${host.thumbprint}`)).body.items).toHaveLength(1);
    expect((await rig.call('admin', 'GET', `${CREDENTIALS}?agent=db-2`)).body.items).toEqual([]);

    const revoke = () => rig.call('tenant', 'POST', '/api/v1/namespaces/own/agents/db-1/revoke-credential');
    expect(await revoke()).toMatchObject({ status: 200, body: { revoked: 1 } });
    await vi.waitFor(async () => expect((await revoke()).body).toEqual({ revoked: 0 }));
    await vi.waitFor(async () => expect((await host.get('/agent/v1/stream', accessToken)).status).toBe(401));
  });

  it('is of no use once its agent is cut off or deleted', async () => {
    const { host, accessToken } = await enrol('db-3');
    const path = '/api/v1/namespaces/own/agents/db-3';
    expect((await rig.call('tenant', 'PATCH', path, { access: 'Revoked' })).status).toBe(200);
    await vi.waitFor(async () =>
      expect([401, 403]).toContain((await host.get('/agent/v1/stream', accessToken)).status),
    );
    expect((await rig.call('tenant', 'DELETE', path)).status).toBe(204);
    await vi.waitFor(async () => expect((await host.get('/agent/v1/stream', accessToken)).status).toBe(401));
  });
});

describe('people', () => {
  it('learn who they are', async () => {
    expect((await rig.call('viewer', 'GET', '/api/v1/me')).body).toEqual({
      name: 'local:viewer',
      groups: [],
      scheme: 'Bearer',
      provider: 'local',
      user: rig.userOf('viewer'),
    });
  });

  it('are listed by provider and by text, in pages, without the hashes of their tokens', async () => {
    const all = await rig.call('admin', 'GET', '/api/v1/users?provider=local&limit=2');
    expect(all.body.items).toHaveLength(2);
    expect(all.body.metadata.continue).toEqual(expect.any(String));
    expect(JSON.stringify(all.body)).not.toContain('Hash');
    const one = await rig.call('admin', 'GET', '/api/v1/users?search=local:VIEWER');
    expect(one.body.items.map((user: { metadata: { name: string } }) => user.metadata.name)).toEqual([
      rig.userOf('viewer'),
    ]);
    expect((await rig.call('admin', 'GET', '/api/v1/users?access=Disabled')).body.items).toEqual([]);
  });

  it('see and end their own logins, and those of others only with the right', async () => {
    const path = `/api/v1/users/${rig.userOf('leaver')}`;
    const own = await rig.call('leaver', 'GET', '/api/v1/me/sessions');
    expect(own.body.items).toEqual([expect.objectContaining({ client: 'CommandLine' })]);
    expect(JSON.stringify(own.body)).not.toContain('Hash');
    expect((await rig.call('admin', 'GET', `${path}/sessions`)).body.items).toMatchObject([
      { id: own.body.items[0].id },
    ]);
    const { id } = own.body.items[0];
    expect((await rig.call('tenant', 'DELETE', `${path}/sessions/${id}`)).status).toBe(403);
    expect((await rig.call('viewer', 'DELETE', `/api/v1/me/sessions/${id}`)).status).toBe(404);
    expect((await rig.call('admin', 'DELETE', `${path}/sessions/${id}`)).status).toBe(204);
    await vi.waitFor(async () => expect((await rig.call('leaver', 'GET', '/api/v1/me')).status).toBe(401));
    expect((await rig.call('admin', 'DELETE', `${path}/sessions/${id}`)).status).toBe(404);
  });

  it('are disabled and forgotten', async () => {
    const path = `/api/v1/users/${rig.userOf('viewer')}`;
    expect(await rig.call('admin', 'PATCH', path, { access: 'Disabled' })).toMatchObject({
      body: { spec: { access: 'Disabled' } },
    });
    await vi.waitFor(async () => expect((await rig.call('viewer', 'GET', '/api/v1/me')).status).toBe(401));
    for (const wrong of [{}, { access: 'Gone' }, { access: 'Enabled', provider: 'github' }])
      expect((await rig.call('admin', 'PATCH', path, wrong)).status).toBe(422);
    expect((await rig.call('admin', 'DELETE', path)).status).toBe(204);
    expect((await rig.call('admin', 'GET', path)).status).toBe(404);
  });
});

describe('the audit log', () => {
  it('says who did what, as which user, from where, through which provider', () => {
    const deeds = ['IssueEnrollmentToken', 'RevokeEnrollmentToken', 'RevokeCredential', 'ChangeAgent', 'ChangeUser'];
    for (const action of [...deeds, 'DeleteAgent', 'DeleteUser', 'DeleteEnrollmentToken'])
      expect(audited(action)[0]).toMatchObject({
        audit: true,
        principal: expect.stringMatching(/^local:(admin|tenant)$/),
        provider: 'local',
        address: expect.stringMatching(/^10\.0\./),
        outcome: 'Done',
        requestID: expect.any(String),
        name: expect.any(String),
      });
    expect(audited('patch users').map(({ outcome }) => outcome)).toContain('Denied');
  });

  it('is beside the objects too, as Events', async () => {
    const events = rig.server.client.resource({
      group: '',
      version: 'v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
    });
    await vi.waitFor(async () => {
      const { items } = await events.list({ namespace: 'own' });
      const told = items as unknown as {
        reason: string;
        message: string;
        involvedObject: { kind: string; name: string };
      }[];
      expect(told).toContainEqual(
        expect.objectContaining({
          reason: 'ChangeAgent',
          message: expect.stringMatching(/^Access is Revoked\. By local:tenant from 10\.0\.\d+\.\d+ through local$/),
          involvedObject: expect.objectContaining({ kind: 'Agent', name: 'db-3' }),
        }),
      );
    });
  });
});

describe('all of it', () => {
  it('was described by the OpenAPI document', () => {
    expect([...new Set(rig.faults())]).toEqual([]);
  });
});
