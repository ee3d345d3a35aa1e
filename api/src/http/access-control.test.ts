import { createLogger } from '@nannyapi/process';
import { describe, expect, it, vi } from 'vitest';
import type { Authenticator } from '../identity/authenticator.ts';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import type { Principal } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';
import { createApp, type AppOptions } from './create-app.ts';

const ANNA: Principal = { kind: 'user', name: 'anna', groups: [] };
const HOST: Principal = { kind: 'agent', namespace: 'default', name: 'host-a' };

/** Knows the cookies `sid=good` (of a person of our own login) and `sid=<name>` of other names; all else is wrong. */
const cookies: CredentialScheme = {
  authenticate: async ({ headers: { cookie } }) => {
    if (cookie === undefined) return undefined;
    if (cookie === 'sid=bad') throw new ApiError('Unauthenticated', 'The session is over');
    const name = cookie === 'sid=good' ? 'github:1' : cookie.slice(4);
    const principal: Principal = { kind: 'user', name, groups: [], provider: 'github' };
    const session = { id: 'a', csrfToken: 'c', displayName: 'Anna', provider: 'github' };
    return { principal, scheme: 'Session', recheck: async () => true, session };
  },
};

const tokens: Authenticator = {
  authenticate: async (token) => (token === 'anna' ? ANNA : token === 'host' ? HOST : undefined),
};

function createTestApp(options: Partial<AppOptions> = {}) {
  const log = createLogger({ name: 'test', level: 'silent' });
  const app = createApp({ authenticator: tokens, schemes: [cookies], log, ...options });
  const who = { handler: async (request: { principal: unknown }) => request.principal };
  app.route({ method: 'GET', url: '/people', config: { audience: 'people' }, ...who });
  app.route({ method: 'GET', url: '/agents', config: { audience: 'agents' }, ...who });
  app.route({ method: 'GET', url: '/page', config: { audience: 'people', page: true }, ...who });
  app.route({
    method: 'POST',
    url: '/page',
    config: { audience: 'people', page: true, form: true },
    handler: async (r) => r.body,
  });
  app.route({
    method: 'POST',
    url: '/json',
    config: { audience: 'people' },
    schema: { body: { type: 'object', additionalProperties: false, properties: { a: { type: 'string' } } } },
    handler: async (request) => request.body,
  });
  app.route({
    method: 'GET',
    url: '/page/broken',
    config: { audience: 'people', page: true },
    handler: async () => {
      throw new Error('the secret inside');
    },
  });
  return app;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('access', () => {
  it.each([
    ['a bearer token', bearer('anna'), 'anna'],
    ['a bearer token, whatever the case of its scheme', { authorization: 'bEARER anna' }, 'anna'],
    ['a session', { cookie: 'sid=good' }, 'github:1'],
  ])('is given to who shows %s', async (_what, headers, name) => {
    const answer = await createTestApp().inject({ url: '/people', headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ name });
  });

  it.each([
    ['nothing', {}],
    ['a wrong token', bearer('anna2')],
    ['an empty token', bearer('')],
    ['a token that is too long to be one', bearer('a'.repeat(9000))],
    ['a token of an unknown scheme', { authorization: 'Basic YW5uYTphbm5h' }],
    ['a session that is over', { cookie: 'sid=bad' }],
    ['a good token beside a session that is over', { ...bearer('anna'), cookie: 'sid=bad' }],
    ['a wrong token beside a good session', { ...bearer('anna2'), cookie: 'sid=good' }],
  ])('is refused to who shows %s', async (_what, headers) => {
    const answer = await createTestApp().inject({ url: '/people', headers });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'Unauthenticated' });
  });

  it('is refused to two credentials at once, though both are good', async () => {
    const answer = await createTestApp().inject({ url: '/people', headers: { ...bearer('anna'), cookie: 'sid=good' } });
    expect(answer.statusCode).toBe(400);
  });

  it('keeps agents and people apart', async () => {
    const app = createTestApp();
    const status = async (url: string, token: string) => (await app.inject({ url, headers: bearer(token) })).statusCode;
    expect(await status('/people', 'host')).toBe(403);
    expect(await status('/agents', 'anna')).toBe(403);
    expect(await status('/agents', 'host')).toBe(200);
  });

  it.each(['system:admin', 'system:serviceaccount:nannyapi:nannyapi-api'])(
    'is refused to a person of our own login who is called %s',
    async (name) => {
      const answer = await createTestApp().inject({ url: '/people', headers: { cookie: `sid=${name}` } });
      expect(answer.statusCode).toBe(403);
    },
  );

  it.each(['impersonate-user', 'Impersonate-Group', 'impersonate-uid', 'Impersonate-Extra-scopes'])(
    'is refused to who wants to be somebody else by %s',
    async (name) => {
      const answer = await createTestApp().inject({ url: '/people', headers: { ...bearer('anna'), [name]: 'admin' } });
      expect(answer.statusCode).toBe(400);
    },
  );

  it.each([
    'x-remote-user',
    'x-remote-group',
    'x-remote-extra-scopes',
    'x-forwarded-user',
    'x-forwarded-email',
    'x-forwarded-groups',
    'x-forwarded-preferred-username',
    'x-auth-request-user',
    'remote-user',
    'forwarded',
    'x-ssl-client-cn',
    'x-original-user',
  ])('takes no name from the header %s', async (name) => {
    const app = createTestApp();
    const headers = { [name]: 'system:masters' };
    expect((await app.inject({ url: '/people', headers })).statusCode).toBe(401);
    const answer = await app.inject({ url: '/people', headers: { ...headers, ...bearer('anna') } });
    expect(answer.json()).toEqual(ANNA);
  });
});

describe('a page', () => {
  it.each([
    ['nothing', {}],
    ['a session that is over', { cookie: 'sid=bad' }],
    ['a wrong token', bearer('wrong')],
  ])('sends who shows %s to the login, and back', async (_what, headers) => {
    const answer = await createTestApp().inject({ url: '/page?tab=2', headers });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/login?return_to=%2Fpage%3Ftab%3D2');
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  });

  it('does not send away what would change something', async () => {
    expect((await createTestApp().inject({ method: 'POST', url: '/page' })).statusCode).toBe(401);
  });

  it('that does not exist leads to the login too, for who asks for HTML', async () => {
    const app = createTestApp();
    const html = await app.inject({ url: '/nowhere', headers: { accept: 'text/html,*/*' } });
    expect([html.statusCode, html.headers.location]).toEqual([303, '/login?return_to=%2Fnowhere']);
    expect((await app.inject({ url: '/nowhere' })).statusCode).toBe(401);
  });

  it('keeps no way back that leads away or is too long', async () => {
    const app = createTestApp();
    for (const url of ['//evil.example/x', `/x${'y'.repeat(2000)}`]) {
      const answer = await app.inject({ url, headers: { accept: 'text/html' } });
      expect([answer.statusCode, answer.headers.location]).toEqual([303, '/login?return_to=%2F']);
    }
  });

  it('shows its failures as pages, with the words of the problem and nothing of the inside', async () => {
    const renderProblem = vi.fn<NonNullable<AppOptions['renderProblem']>>(
      (problem) => `<h1>${problem.title}</h1>${problem.detail}`,
    );
    const app = createTestApp({ renderProblem });
    const broken = await app.inject({ url: '/page/broken', headers: { cookie: 'sid=good' } });
    expect(broken.statusCode).toBe(500);
    expect(broken.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(broken.body).toContain('<h1>');
    expect(broken.body).not.toContain('secret');
    const unknown = await app.inject({ url: '/nowhere', headers: { cookie: 'sid=good', accept: 'text/html' } });
    expect([unknown.statusCode, unknown.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    const json = await app.inject({ url: '/nowhere', headers: { cookie: 'sid=good' } });
    expect(json.headers['content-type']).toContain('application/problem+json');
  });
});

describe('a body', () => {
  const FORM = 'application/x-www-form-urlencoded';
  const post = (url: string, type: string, payload: string) =>
    createTestApp().inject({ method: 'POST', url, headers: { cookie: 'sid=good', 'content-type': type }, payload });

  it('of a form is taken by routes for forms', async () => {
    const answer = await post('/page', `${FORM}; charset=utf-8`, 'a=1&b=x+y%26z&__proto__=p');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe('{"a":"1","b":"x y&z","__proto__":"p"}');
  });

  it.each([
    ['of a form where JSON is expected', '/json', FORM, 'a=1', 415],
    ['of JSON where a form is expected', '/page', 'application/json', '{"a":1}', 415],
    ['of text, which a browser would send to another origin without asking', '/json', 'text/plain', '{}', 415],
    ['with parts', '/page', 'multipart/form-data; boundary=x', '--x--', 415],
    ['of a form with a field that comes twice', '/page', FORM, 'a=1&a=2', 400],
    ['of a form with too many fields', '/page', FORM, Array.from({ length: 65 }, (_, i) => `f${i}=`).join('&'), 400],
    ['of a form that is too large', '/page', FORM, `a=${'x'.repeat(20_000)}`, 413],
    ['of JSON that is too large', '/json', 'application/json', `{"a":"${'x'.repeat(70_000)}"}`, 413],
    ['of broken JSON', '/json', 'application/json', '{"a":', 400],
    ['of JSON with a key that would change every object', '/json', 'application/json', '{"__proto__":{"a":1}}', 400],
    [
      'of JSON with a constructor of its own',
      '/json',
      'application/json',
      '{"constructor":{"prototype":{"a":1}}}',
      400,
    ],
    ['of nothing that says to be JSON', '/json', 'application/json', '', 400],
  ])('%s is refused', async (_what, ...[url, type, payload, status]) => {
    const answer = await post(url, type, payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('of JSON that is deep is refused without harm', async () => {
    const depth = 30_000;
    const answer = await post('/json', 'application/json', `${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(answer.statusCode).toBe(422);
    const inside = await post('/json', 'application/json', `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(inside.statusCode).toBe(422);
  });
});

describe('every answer', () => {
  it('tells browsers to show it nowhere, load nothing and keep nothing', async () => {
    const app = createTestApp();
    for (const url of ['/people', '/page', '/nowhere']) {
      const { headers } = await app.inject({ url });
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'x-request-id': expect.any(String),
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
  });

  it('insists on TLS where there is TLS, but not under the name localhost', async () => {
    const app = createTestApp({ isSecure: true });
    const hsts = async (host: string) =>
      (await app.inject({ url: '/people', headers: { host } })).headers['strict-transport-security'];
    expect(await hsts('nanny.example:7444')).toBe('max-age=31536000');
    for (const host of ['localhost', 'localhost:7444', 'app.localhost:1']) expect(await hsts(host)).toBeUndefined();
  });
});
