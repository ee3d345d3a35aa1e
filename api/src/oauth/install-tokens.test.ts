import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ShiftedClock } from '../../testing/shifted-clock.ts';
import { ANNA, RELEASE, startTestOAuth, WHO, type TestOAuth } from '../../testing/test-oauth.ts';
import type { IssueEnrollmentToken } from './enrollment-tokens.ts';

let api: TestApiServer;
let oauth: TestOAuth;
let other: TestOAuth;
let clock: ShiftedClock;

beforeAll(async () => {
  api = await startTestApiServer();
  for (const name of [RELEASE, 'shop'])
    await api.client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  clock = new ShiftedClock();
  oauth = await startTestOAuth({ client: api.client, clock });
  other = await startTestOAuth({ client: api.client, clock });
});

afterAll(async () => {
  await oauth?.close();
  await other?.close();
  await api?.close();
});

const inSeconds = (seconds: number): Date => new Date(clock.now().getTime() + seconds * 1000);

async function issue(request: Partial<IssueEnrollmentToken> = {}): Promise<{ token: string; name: string }> {
  const { token, object } = await oauth.server.enrollmentTokens.issue({
    agentNamespace: 'shop',
    expirationTime: inSeconds(3600),
    by: ANNA,
    ...request,
  });
  return { token, name: object.metadata.name ?? '' };
}

const tokenObject = (name: string) => oauth.objects.enrollmentTokens.get({ namespace: RELEASE, name });
const agentsOf = async (prefix: string): Promise<string[]> =>
  (await oauth.objects.agents.listAll({ namespace: 'shop' }))
    .map(({ metadata }) => metadata.name ?? '')
    .filter((name) => name.startsWith(prefix));

describe('an install token', () => {
  it('E6: enrols one host with a key of its own, in the namespace that its maker chose', async () => {
    const { token, name } = await issue();
    expect(token).toMatch(/^net\.install-[0-9a-f]{10}\.[A-Za-z0-9_-]{43}$/);
    const host = oauth.host();
    const answer = await host.enrol(token, { hostname: 'rack-1.example.org', machine_id: 'm1', boot_id: 'b1' });
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'DPoP', expires_in: 600, agent: { namespace: 'shop', name: 'rack-1' } },
    });
    expect((await host.get(WHO, answer.body.access_token)).body.agent.name).toBe('rack-1');
    expect((await host.refresh(answer.body.refresh_token, { machine_id: 'm1', boot_id: 'b1' })).status).toBe(200);
    expect(await oauth.objects.agents.get({ namespace: 'shop', name: 'rack-1' })).toMatchObject({
      spec: { owner: ANNA.name },
    });
    const object = await tokenObject(name);
    expect(object.status).toMatchObject({
      uses: 1,
      agents: [{ namespace: 'shop', name: 'rack-1', keyThumbprint: host.thumbprint }],
    });
    expect(JSON.stringify(object)).not.toContain(token);
  });

  it('E6: that was used is of no use on a second host', async () => {
    const { token } = await issue();
    await oauth.host().enrol(token, { hostname: 'first' });
    expect(await oauth.host().enrol(token, { hostname: 'second' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'The install token is used up' },
    });
    expect(await agentsOf('second')).toEqual([]);
  });

  it('E3: of one use that eight hosts show at once, at two replicas, enrols one of them', async () => {
    const { token, name } = await issue();
    const hosts = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? oauth : other).host());
    const answers = await Promise.all(hosts.map((host, index) => host.enrol(token, { hostname: `eight-${index}` })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(7);
    expect(await agentsOf('eight-')).toHaveLength(1);
    expect((await tokenObject(name)).status?.uses).toBe(1);
  });

  it('of five uses that eight hosts show at once enrols five, each as its own Agent though all have one name', async () => {
    const { token, name } = await issue({ maxUses: 5 });
    const hosts = Array.from({ length: 8 }, () => oauth.host());
    const answers = await Promise.all(hosts.map((host) => host.enrol(token, { hostname: 'same' })));
    const enrolled = answers.filter(({ status }) => status === 200).map(({ body }) => body.agent.name as string);
    expect(new Set(enrolled).size).toBe(5);
    expect((await agentsOf('same')).toSorted()).toEqual(enrolled.toSorted());
    const listed = (await tokenObject(name)).status?.agents?.map((agent) => agent.name) ?? [];
    expect(listed.toSorted()).toEqual(enrolled.toSorted());
  });

  it('whose answer was lost gives the same host the same tokens, and takes no second use', async () => {
    const { token, name } = await issue();
    const host = oauth.host();
    const lost = await host.enrol(token, { hostname: 'lost' });
    const again = await host.at(other.url).enrol(token, { hostname: 'lost' });
    expect(again.body).toMatchObject({
      access_token: lost.body.access_token,
      refresh_token: lost.body.refresh_token,
      agent: lost.body.agent,
    });
    expect((await tokenObject(name)).status?.uses).toBe(1);
    clock.shift(121);
    expect((await host.enrol(token, { hostname: 'lost' })).body.error).toBe('invalid_grant');
  });

  it('whose use was taken by a replica that died at once lets the same host in after all', async () => {
    const { token, name } = await issue();
    const host = oauth.host();
    const { body } = await host.enrol(token, { hostname: 'unlucky' });
    const { metadata } = await oauth.objects.credentialOf('unlucky');
    await oauth.objects.credentials.delete({ namespace: RELEASE, name: metadata.name ?? '' });
    await oauth.objects.agents.delete(body.agent);
    const again = await host.enrol(token, { hostname: 'unlucky' });
    expect(again).toMatchObject({ status: 200, body: { agent: { namespace: 'shop', name: 'unlucky' } } });
    expect((await host.get(WHO, again.body.access_token)).status).toBe(200);
    expect((await tokenObject(name)).status?.uses).toBe(1);
  });

  it('takes over no Agent that exists', async () => {
    await oauth.objects.agents.create({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Agent',
      metadata: { namespace: 'shop', name: 'present' },
      spec: {},
    });
    const { token } = await issue();
    const answer = await oauth.host().enrol(token, { agent_name: 'present' });
    expect(answer.body.agent.name).toMatch(/^present-[0-9a-f]{6}$/);
  });

  it('that was revoked, has expired or is of other networks enrols nobody', async () => {
    const revoked = await issue();
    await oauth.objects.enrollmentTokens.patch(
      { namespace: RELEASE, name: revoked.name },
      { spec: { access: 'Revoked' } },
    );
    const expired = await issue({ expirationTime: inSeconds(60) });
    const elsewhere = await issue({ allowedAddresses: ['192.0.2.0/24'] });
    clock.shift(61);
    const said = [];
    for (const { token } of [revoked, expired, elsewhere]) {
      const answer = await oauth.host().enrol(token, { hostname: 'nobody' });
      said.push(`${answer.body.error}: ${answer.body.error_description}`);
    }
    expect(said).toEqual([
      'invalid_grant: The install token was revoked',
      'invalid_grant: The install token has expired',
      'invalid_grant: The install token is not good from this address',
    ]);
    expect(await agentsOf('nobody')).toEqual([]);
  });

  it('that was made up is refused, and soon without a question to the API server', async () => {
    const host = oauth.host();
    const guess = (): ReturnType<typeof host.enrol> => host.enrol(`net.install-0000000000.${'x'.repeat(43)}`);
    expect((await guess()).body.error).toBe('invalid_grant');
    await vi.waitFor(async () => expect((await guess()).status).toBe(503), { timeout: 15_000, interval: 0 });
  });

  it('for a namespace that is gone says so', async () => {
    const { token } = await issue({ agentNamespace: 'missing' });
    expect((await oauth.host().enrol(token, { hostname: 'x' })).body.error_description).toContain('namespace');
  });

  it('of a key that was enrolled before enrols no second Agent with it', async () => {
    const host = oauth.host();
    await host.enrol((await issue()).token, { hostname: 'once' });
    const twice = await host.enrol((await issue()).token, { hostname: 'twice' });
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(twice.body.error_description).toContain('new key');
  });

  it.each([
    ['agentNamespace', { agentNamespace: 'Not A Namespace' }],
    ['maxUses', { maxUses: 0 }],
    ['maxUses', { maxUses: 1001 }],
    ['maxUses', { maxUses: 1.5 }],
    ['expirationTime', { expirationTime: new Date(0) }],
    ['expirationTime', { expirationTime: new Date('2100-01-01') }],
    ['expirationTime', { expirationTime: new Date(Number.NaN) }],
    ['allowedAddresses', { allowedAddresses: ['10.0.0.0/33'] }],
    ['allowedAddresses', { allowedAddresses: ['10.0.0.0/8,192.0.2.0/24'] }],
    ['allowedAddresses', { allowedAddresses: [''] }],
    ['allowedAddresses', { allowedAddresses: Array.from({ length: 33 }, (_, index) => `10.0.0.${index}`) }],
    ['description', { description: 'a\0b' }],
  ])('is not made when %s cannot be so', async (field, change) => {
    await expect(issue(change)).rejects.toMatchObject({ code: 'ValidationFailed', details: [{ field }] });
  });
});
