import { UserResource, type User } from '@nannyapi/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { LoginRig, type LoginReplica } from '../../testing/login-rig.ts';

let rig: LoginRig;
let replica: LoginReplica;
let other: LoginReplica;
let user: string;

const origin = { address: '192.0.2.7', userAgent: 'nanny/1.0' };
const BY = { principal: 'test', address: '127.0.0.1' };

beforeAll(async () => {
  rig = await LoginRig.start();
  replica = await rig.replica({ config: '' });
  other = await rig.replica({ config: '', port: 0 });
  const sighting = { provider: 'local', subject: 'admin', profile: { name: 'Local admin' } };
  const begun = await replica.login.sessions.begin(sighting, { groups: ['nannyapi:admins'], origin });
  user = begun.user.metadata.name ?? '';
});

afterAll(() => rig?.close());

/** Who a bearer token is at a replica: the name, or the status of the refusal. */
async function bearerAt({ app }: LoginReplica, token: string, remoteAddress = '127.0.0.1'): Promise<string | number> {
  const answer = await app.inject({ url: '/api/whoami', remoteAddress, headers: { authorization: `Bearer ${token}` } });
  return answer.statusCode === 200
    ? (JSON.parse(answer.body) as { principal: { name: string } }).principal.name
    : answer.statusCode;
}

const issue = async (): Promise<{ token: string; sessionID: string; expirationTime: Date }> =>
  replica.login.sessions.issueCommandLineToken({ user, origin });

describe('token of a command line', () => {
  it('speaks for the person with the groups of the last login, at once on every replica', async () => {
    const { token } = await issue();
    expect(token).toMatch(new RegExp(`^npt\\.${user}\\.[\\w-]{43}$`));
    expect(await bearerAt(other, token)).toBe('local:admin');
    expect(await bearerAt(replica, token)).toBe('local:admin');
    const answer = await other.app.inject({ url: '/api/whoami', headers: { authorization: `Bearer ${token}` } });
    expect(JSON.parse(answer.body)).toMatchObject({ principal: { groups: ['nannyapi:admins'] }, scheme: 'Bearer' });
  });

  it('is stored as a hash alone, and not shown in lists', async () => {
    const { sessionID, token } = await issue();
    const stored = (await rig.user('local', 'admin')).status?.sessions?.find(({ id }) => id === sessionID);
    expect(stored).toMatchObject({ client: 'CommandLine', userAgent: 'nanny/1.0', address: '192.0.2.7' });
    expect(stored?.tokenHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(await rig.users())).not.toContain(token.split('.')[2]);
    const listed = (await replica.login.sessions.list(user)).find(({ id }) => id === sessionID);
    expect(listed).toMatchObject({ client: 'CommandLine' });
    expect(listed).not.toHaveProperty('tokenHash');
  });

  it('is nothing in another form, of another User or with another secret', async () => {
    const { token } = await issue();
    const [, , secret = ''] = token.split('.');
    for (const wrong of [`${token}x`, token.slice(0, -1), `npt.local-0000000000000000.${secret}`, `npt..${secret}`])
      expect(await bearerAt(replica, wrong)).toBe(401);
    expect(await bearerAt(replica, `npt.${user}.${'A'.repeat(43)}`)).toBe(401);
  });

  it('is not opened by its hash', async () => {
    await issue();
    const { tokenHash = '' } = (await rig.user('local', 'admin')).status?.sessions?.at(-1) ?? {};
    for (const wrong of [tokenHash, `npt.${user}.${tokenHash}`]) expect(await bearerAt(replica, wrong)).toBe(401);
  });

  it('ends when it is revoked by itself, or its entry is taken away, on all replicas (U6)', async () => {
    const [first, second] = [await issue(), await issue()];
    for (const { token } of [first, second]) expect(await bearerAt(other, token)).toBe('local:admin');
    expect(await replica.login.sessions.endByToken(first.token, BY)).toBe(true);
    expect(await replica.login.sessions.endByToken(first.token, BY)).toBe(false);
    expect(await replica.login.sessions.endByToken('npt.nobody.x', BY)).toBe(false);
    expect(await replica.login.sessions.end(user, second.sessionID, BY)).toBe(true);
    for (const { token } of [first, second]) {
      expect(await bearerAt(replica, token)).toBe(401);
      await eventually(async () => expect(await bearerAt(other, token)).toBe(401));
      // It is no guess: a program that goes on showing it is in nobody's way.
      for (let round = 0; round < 40; round++) expect(await bearerAt(other, token)).toBe(401);
    }
  });

  it('keeps one login out of all that are ended', async () => {
    const { token, sessionID } = await issue();
    const { token: gone } = await issue();
    expect(await replica.login.sessions.endAll(user, BY, sessionID)).toBeGreaterThan(0);
    expect(await bearerAt(replica, token)).toBe('local:admin');
    expect(await bearerAt(replica, gone)).toBe(401);
  });

  it('is good for twelve hours, and idleness does not end it', async () => {
    const { token } = await issue();
    rig.clock.shift(12 * 3600 - 10);
    expect(await bearerAt(replica, token)).toBe('local:admin');
    rig.clock.shift(11);
    expect(await bearerAt(replica, token)).toBe(401);
  });

  it('opens no browser session, and the entry of a browser is no token', async () => {
    const { sessionID } = await issue();
    const sealed = await replica.login
      .scheme()
      .authenticate(
        { headers: { cookie: `nannyapi=${sessionID}` }, ip: '127.0.0.1' } as never,
        { header: () => undefined } as never,
      )
      .catch((error: { code: string }) => error.code);
    expect(sealed).toBe('Unauthenticated');
  });

  it('is issued for nobody who is disabled or gone, and ends with the person', async () => {
    const { token } = await issue();
    const users = rig.server.client.resource<User>(UserResource);
    await users.patch({ name: user }, { spec: { access: 'Disabled' } });
    await expect(issue()).rejects.toMatchObject({ code: 'Forbidden' });
    await eventually(async () => expect(await bearerAt(replica, token, '192.0.2.50')).toBe(401));
    await users.patch({ name: user }, { spec: { access: 'Enabled' } });
    const gone = replica.login.sessions.issueCommandLineToken({ user: 'local-0000000000000000', origin });
    await expect(gone).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('cannot be guessed: an address that tries is told to stop, and is in nobody else’s way', async () => {
    const { token } = await issue();
    const guess = (): Promise<string | number> => bearerAt(replica, `npt.${user}.${'B'.repeat(43)}`, '192.0.2.66');
    const answers: (string | number)[] = [];
    for (let round = 0; round < 40; round++) answers.push(await guess());
    expect(new Set(answers)).toEqual(new Set([401, 429]));
    expect(answers.indexOf(429)).toBeLessThanOrEqual(30);
    expect(await bearerAt(replica, token)).toBe('local:admin');
  });
});

describe('User of a Kubernetes user', () => {
  it('is found by the name that a login gives, and for nobody else', async () => {
    const { sessions } = replica.login;
    expect(await sessions.userOf({ kind: 'user', name: 'local:admin', groups: [] })).toBe(user);
    for (const name of ['local:other', 'anna', 'system:serviceaccount:a:b', 'system:admin'])
      expect(await sessions.userOf({ kind: 'user', name, groups: [] })).toBeUndefined();
  });
});
