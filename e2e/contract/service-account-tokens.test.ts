import type { RawAnswer } from '@nannyapi/standalone/testing';
import { expect, it, vi } from 'vitest';
import { onEachServer, uniqueName } from './servers.ts';
import { causesOf } from './write-answers.ts';

const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const OWN_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';
const LATE = { timeout: 20_000, interval: 50 };

interface Account {
  namespace: string;
  name: string;
  uid: string;
  path: string;
}

onEachServer((server) => {
  const createAccount = async (): Promise<Account> => {
    const namespace = await server.createNamespace();
    const name = uniqueName('worker');
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const { body } = await server.raw.send('POST', accounts, { body: { metadata: { name } } });
    return { namespace, name, uid: body.metadata.uid, path: `${accounts}/${name}` };
  };
  const requestToken = async (account: Account, spec: object = {}): Promise<RawAnswer> =>
    await server.raw.send('POST', `${account.path}/token`, { body: { spec } });
  const tokenOf = async (account: Account, spec: object = {}): Promise<string> =>
    (await requestToken(account, spec)).body.status.token;
  const review = async (token: string, audiences?: string[]): Promise<RawAnswer['body']> =>
    (await server.raw.send('POST', REVIEWS, { body: { spec: { token, ...(audiences && { audiences }) } } })).body
      .status;
  const whoIs = async (token: string): Promise<RawAnswer> =>
    await server.raw.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { token, body: {} });

  it('gives a token of an hour for this server, unless asked for another', async () => {
    const account = await createAccount();
    const { code, body } = await requestToken(account);
    const { managedFields, creationTimestamp, ...metadata } = body.metadata;
    expect([code, body.kind, body.apiVersion]).toEqual([201, 'TokenRequest', 'authentication.k8s.io/v1']);
    expect(metadata).toEqual({ name: account.name, namespace: account.namespace, uid: account.uid });
    expect(body.spec).toEqual({ audiences: [OWN_AUDIENCE], expirationSeconds: 3600, boundObjectRef: null });
    expect(managedFields ?? [{ subresource: 'token' }]).toMatchObject([{ subresource: 'token' }]);
    expect(Date.parse(body.status.expirationTimestamp) - Date.parse(creationTimestamp)).toBe(3_600_000);
  });

  it('says in the token who it is, for whom, and how long', async () => {
    const account = await createAccount();
    const token = await tokenOf(account, { audiences: ['a', 'b'], expirationSeconds: 1200 });
    const [header, claims] = token.split('.').slice(0, 2).map(decode);
    expect(header).toEqual({ alg: expect.stringMatching(/^(ES|RS)256$/), kid: expect.any(String) });
    expect(claims).toEqual({
      aud: ['a', 'b'],
      iss: OWN_AUDIENCE,
      sub: `system:serviceaccount:${account.namespace}:${account.name}`,
      iat: expect.any(Number),
      nbf: claims.iat,
      exp: claims.iat + 1200,
      jti: expect.stringMatching(/^[-0-9a-f]{36}$/),
      'kubernetes.io': { namespace: account.namespace, serviceaccount: { name: account.name, uid: account.uid } },
    });
  });

  it('knows the account by its token, and its groups', async () => {
    const account = await createAccount();
    const token = await tokenOf(account);
    const user = {
      username: `system:serviceaccount:${account.namespace}:${account.name}`,
      uid: account.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${decode(token.split('.')[1] ?? '').jti}`] },
    };
    expect((await whoIs(token)).body.status.userInfo).toEqual(user);
    expect(await review(token)).toEqual({ authenticated: true, user, audiences: [OWN_AUDIENCE] });
    const other = await server.raw.send('GET', `/api/v1/namespaces/${account.namespace}/secrets`, { token });
    expect([other.code, other.body.message]).toEqual([
      403,
      `secrets is forbidden: User "${user.username}" cannot list resource "secrets" in API group "" in the namespace "${account.namespace}"`,
    ]);
  });

  it('takes a token from nobody but those whom it is for', async () => {
    const account = await createAccount();
    const token = await tokenOf(account, { audiences: ['vault', 'store'] });
    expect((await whoIs(token)).code).toBe(401);
    expect((await review(token, ['store', 'other'])).audiences).toEqual(['store']);
    const target = `[invalid bearer token, token audiences ["vault" "store"] is invalid for the target audiences`;
    expect(await review(token, ['other'])).toEqual({ user: {}, error: `${target} ["other"]]` });
    expect(await review(token)).toEqual({ user: {}, error: `${target} ["${OWN_AUDIENCE}"]]` });
    expect(await review(server.adminToken, ['other'])).toEqual({ user: {}, error: 'invalid bearer token' });
    expect((await review(server.adminToken, ['other', OWN_AUDIENCE])).audiences).toEqual([OWN_AUDIENCE]);
  });

  it('takes no token that somebody changed', async () => {
    const [header = '', claims = '', signature = ''] = (await tokenOf(await createAccount())).split('.');
    const text = Buffer.from(claims, 'base64url').toString();
    const longer = Buffer.from(text.replace(/"exp":\d+/, '"exp":9999999999')).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const forged = [
      `${header}.${longer}.${signature}`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${header}.${claims}.`,
      `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${header}.${claims}`,
    ];
    for (const token of forged) {
      expect((await whoIs(token)).code).toBe(401);
      expect((await review(token)).authenticated).toBeUndefined();
    }
  });

  it('ends a token with its account, also when one of the same name follows', async () => {
    const account = await createAccount();
    const token = await tokenOf(account);
    expect((await whoIs(token)).code).toBe(201);
    await server.raw.send('DELETE', account.path);
    await vi.waitFor(async () => expect((await whoIs(token)).code).toBe(401), LATE);
    const accounts = account.path.replace(/\/[^/]*$/, '');
    await server.raw.send('POST', accounts, { body: { metadata: { name: account.name } } });
    await vi.waitFor(async () => expect((await review(token)).error).toMatch(/UID .* does not match/), LATE);
  });

  it('binds a token to a secret or a node, and ends it with that', async () => {
    const account = await createAccount();
    const secrets = `/api/v1/namespaces/${account.namespace}/secrets`;
    const node = uniqueName('node');
    const made = [
      (await server.raw.send('POST', secrets, { body: { metadata: { name: 's' } } })).body,
      (await server.raw.send('POST', '/api/v1/nodes', { body: { metadata: { name: node } } })).body,
    ];
    const [secret, ofNode] = await Promise.all(
      made.map(
        async ({ kind, metadata }) =>
          await tokenOf(account, {
            boundObjectRef: { kind, apiVersion: 'v1', name: metadata.name, uid: metadata.uid },
          }),
      ),
    );
    expect(decode(secret?.split('.')[1] ?? '')['kubernetes.io'].secret).toEqual({
      name: 's',
      uid: made[0].metadata.uid,
    });
    expect((await review(ofNode ?? '')).user.extra).toMatchObject({
      'authentication.kubernetes.io/node-name': [node],
      'authentication.kubernetes.io/node-uid': [made[1].metadata.uid],
    });
    await server.raw.send('DELETE', `${secrets}/s`);
    await server.raw.send('DELETE', `/api/v1/nodes/${node}`);
    for (const token of [secret, ofNode]) {
      await vi.waitFor(async () => {
        expect((await review(token ?? '')).error).toBe(
          '[invalid bearer token, service account token has been invalidated]',
        );
      }, LATE);
    }
  });

  it.each<[string, object, number, string]>([
    ['a short life', { expirationSeconds: 599 }, 422, 'FieldValueInvalid spec.expirationSeconds'],
    ['a negative life', { expirationSeconds: -1 }, 422, 'FieldValueInvalid spec.expirationSeconds'],
    ['a life without end', { expirationSeconds: 4_294_967_297 }, 422, 'FieldValueInvalid spec.expirationSeconds'],
    ['a life in words', { expirationSeconds: 'long' }, 400, ''],
    ['a ConfigMap', bound('ConfigMap'), 400, 'cannot bind token to object of type /v1, Kind=ConfigMap'],
    ['another group', bound('Secret', 'x/v1'), 400, 'cannot bind token to object of type x/v1, Kind=Secret'],
    ['no Secret', bound('Secret'), 404, 'secrets "nothing" not found'],
    ['no Pod', bound('Pod'), 404, 'pods "nothing" not found'],
    ['no Node', bound('Node'), 404, 'nodes "nothing" not found'],
  ])('refuses a token bound to or with %s', async (_what, spec, code, why) => {
    const answer = await requestToken(await createAccount(), spec);
    const said = answer.code === 422 ? causesOf(answer)[0] : answer.body.message;
    expect([answer.code, why === '' ? '' : said]).toEqual([code, why]);
  });

  it('refuses a token of an account or object that is another by now', async () => {
    const account = await createAccount();
    const send = async (metadata: object): Promise<RawAnswer> =>
      await server.raw.send('POST', `${account.path}/token`, { body: { metadata } });
    expect([(await send({ name: 'x' })).code, causesOf(await send({ name: 'x' }))]).toEqual([
      422,
      ['FieldValueInvalid metadata.name'],
    ]);
    const stale = await send({ uid: 'another' });
    expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
    const secrets = `/api/v1/namespaces/${account.namespace}/secrets`;
    await server.raw.send('POST', secrets, { body: { metadata: { name: 's' } } });
    const ref = { kind: 'Secret', apiVersion: 'v1', name: 's', uid: 'another' };
    const bind = await requestToken(account, { boundObjectRef: ref });
    expect([bind.code, bind.body.message]).toEqual([
      409,
      'Operation cannot be fulfilled on Secret "s": the UID in the bound object reference (another) does not match the UID in record. The object might have been deleted and then recreated',
    ]);
  });

  it('gives tokens of accounts only, by POST only', async () => {
    const account = await createAccount();
    const missing = await server.raw.send('POST', `${account.path}x/token`, { body: {} });
    expect([missing.code, missing.body.message]).toEqual([404, `serviceaccounts "${account.name}x" not found`]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await server.raw.send(method, `${account.path}/token`, { body: {} })).code).toBe(405);
    }
    const map = `/api/v1/namespaces/${account.namespace}/configmaps/a/token`;
    expect((await server.raw.send('POST', map, { body: {} })).code).toBe(404);
  });

  it('asks for the right to create tokens', async () => {
    const [account, other] = [await createAccount(), await createAccount()];
    const token = await tokenOf(account);
    const answer = await server.raw.send('POST', `${other.path}/token`, { token, body: {} });
    expect([answer.code, answer.body.message]).toEqual([
      403,
      `serviceaccounts "${other.name}" is forbidden: User "system:serviceaccount:${account.namespace}:${account.name}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "${other.namespace}"`,
    ]);
  });

  it('wants a token in a review', async () => {
    const answer = await server.raw.send('POST', REVIEWS, { body: { spec: {} } });
    expect([answer.code, answer.body.message]).toEqual([400, 'token is required for TokenReview in authentication']);
    expect(await review('nonsense')).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});

function bound(kind: string, apiVersion = 'v1'): object {
  return { boundObjectRef: { kind, apiVersion, name: 'nothing' } };
}

function decode(part: string): RawAnswer['body'] {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
