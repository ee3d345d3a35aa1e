import { connect } from 'node:net';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { createKubeClient } from '@nannyapi/runtime';
import { createLogger } from '@nannyapi/process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventReader } from '../testing/event-reader.ts';
import { startTestFacade, TOKENS, type TestFacade } from '../testing/test-facade.ts';
import { createAgent, createInvestigation } from '../testing/test-objects.ts';

let server: TestApiServer;
let facade: TestFacade;

beforeAll(async () => {
  server = await startTestApiServer();
  await createAgent(server.client, 'host-a');
  facade = await startTestFacade({ client: server.client });
});

afterAll(async () => {
  await facade?.close();
  await server?.close();
});

const UID = '11111111-2222-4333-8444-555555555555';
const PEOPLE: [string, string][] = [
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['POST', '/api/v1/investigations'],
  ['GET', '/api/v1/investigations'],
  ['POST', '/api/v1/namespaces/default/investigations'],
  ['GET', '/api/v1/namespaces/default/investigations'],
  ['GET', '/api/v1/namespaces/default/investigations/x'],
  ['DELETE', '/api/v1/namespaces/default/investigations/x'],
  ['POST', '/api/v1/namespaces/default/investigations/x/cancel'],
  ['GET', '/api/v1/namespaces/default/investigations/x/events'],
  ['GET', '/api/v1/namespaces/default/investigations/x/evidence'],
  ['GET', '/api/v1/namespaces/default/investigations/x/evidence/s0-cpu'],
  ['GET', '/api/v1/namespaces/default/agents'],
  ['GET', '/api/v1/namespaces/default/agents/host-a'],
  ['GET', '/api/v1/agents'],
  ['PATCH', '/api/v1/namespaces/default/agents/host-x'],
  ['DELETE', '/api/v1/namespaces/default/agents/host-x'],
];
const AGENTS: [string, string][] = [
  ['GET', '/agent/v1/stream'],
  ['POST', '/agent/v1/heartbeat'],
  ['POST', '/agent/v1/investigations'],
  ['POST', `/agent/v1/tasks/${UID}/claim`],
  ['POST', `/agent/v1/tasks/${UID}/progress`],
  ['POST', `/agent/v1/tasks/${UID}/result`],
  ['PUT', `/agent/v1/tasks/${UID}/output/a1/stdout/0`],
];

describe('access', () => {
  it.each([...PEOPLE, ...AGENTS, ['GET', '/no/such/path'], ['PATCH', '/api/v1/investigations']])(
    'is refused without a credential or with a wrong one: %s %s',
    async (method, path) => {
      for (const token of [undefined, 'wrong', `${TOKENS.anna}x`]) {
        const answer = await facade.call(method, path, token);
        expect(answer).toMatchObject({ status: 401, body: { code: 'Unauthenticated', status: 401 } });
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      }
    },
  );

  it.each(PEOPLE)('of people is refused to agents: %s %s', async (method, path) => {
    expect(await facade.call(method, path, TOKENS.hostA)).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });

  it.each(AGENTS)('of agents is refused to people: %s %s', async (method, path) => {
    expect(await facade.call(method, path, TOKENS.anna)).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });

  it('needs nothing for health', async () => {
    expect(await facade.call('GET', '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    await vi.waitFor(async () => expect(await facade.call('GET', '/readyz')).toMatchObject({ status: 200 }));
  });

  it('of people is decided by the authorizer, by verb, resource and namespace', async () => {
    const asked: object[] = [];
    const strict = await startTestFacade({
      client: server.client,
      authorizer: {
        authorize: async (principal, access) => {
          asked.push({ user: principal.name, ...access });
          return access.verb === 'list';
        },
      },
    });
    try {
      const list = await strict.call('GET', '/api/v1/namespaces/default/agents', TOKENS.anna);
      expect(list.status).toBe(200);
      for (const [method, path] of PEOPLE.filter(([, path]) => path !== '/openapi.json')) {
        const isList = method === 'GET' && /(investigations|agents|\/evidence)$/.test(path);
        const body =
          method === 'PATCH'
            ? { suspend: true }
            : method === 'POST' && path.endsWith('s')
              ? { prompt: 'Why is it slow?' }
              : undefined;
        const { status } = await strict.call(method, path, TOKENS.anna, body);
        expect([method, path, status === 403]).toEqual([method, path, !isList]);
      }
      expect(asked).toContainEqual({ user: 'anna', verb: 'get', resource: 'evidence', namespace: 'default' });
      expect(asked).toContainEqual({ user: 'anna', verb: 'get', resource: 'metrics' });
    } finally {
      await strict.close();
    }
  });
});

describe('problems', () => {
  it('are problem+json with a request id, also for paths that do not exist', async () => {
    const answer = await facade.call('GET', '/no/such/path', TOKENS.anna);
    expect(answer).toMatchObject({
      status: 404,
      body: { type: 'urn:nannyapi:error:NotFound', title: expect.any(String), code: 'NotFound', status: 404 },
    });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId);
  });

  it('name the methods that a path takes', async () => {
    const answer = await facade.call('PUT', '/api/v1/namespaces/default/investigations', TOKENS.anna);
    expect(answer).toMatchObject({ status: 405, body: { code: 'MethodNotAllowed' } });
    expect(answer.headers.get('allow')).toBe('GET, POST');
    expect((await facade.call('HEAD', '/api/v1/investigations', TOKENS.anna)).status).toBe(405);
  });

  it('answer what the router and the HTTP parser refuse', async () => {
    const badUrl = await facade.call('GET', '/api/%zz', TOKENS.anna);
    expect(badUrl).toMatchObject({ status: 400, body: { code: 'BadRequest', requestId: expect.any(String) } });
    expect(badUrl.headers.get('content-type')).toContain('application/problem+json');
    const long = `/api/v1/namespaces/default/investigations/${'x'.repeat(1000)}`;
    expect(await facade.call('GET', long, TOKENS.anna)).toMatchObject({ status: 404, body: { code: 'NotFound' } });
    expect(await sendRaw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*"code":"BadRequest"/s);
  });

  it('say nothing of the cause when it is our own', async () => {
    const dead = createKubeClient({
      server: { url: 'https://127.0.0.1:1', token: 'secret-token' },
      userAgent: 'test',
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    const alone = await startTestFacade({ client: dead });
    try {
      const answer = await alone.call('DELETE', '/api/v1/namespaces/default/investigations/x', TOKENS.anna);
      expect(answer).toMatchObject({ status: 503, body: { code: 'Unavailable', requestId: expect.any(String) } });
      expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|ECONN|secret/);
      expect(await alone.call('GET', '/readyz')).toMatchObject({ status: 503, body: { code: 'Unavailable' } });
    } finally {
      await alone.close();
      await dead.close();
    }
  });
});

function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(facade.url);
  const socket = connect(Number(port), hostname);
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => (answer += String(chunk)));
    socket.once('close', () => resolve(answer)).once('error', reject);
    socket.write(text);
  });
}

describe('the OpenAPI document', () => {
  it('describes every route with its answers and errors', async () => {
    const { status, body } = await facade.call('GET', '/openapi.json', TOKENS.anna);
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const described = Object.entries(body.paths as Record<string, Record<string, object>>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
    );
    for (const { operation } of described) {
      expect(operation).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
    }
    for (const { route, operation } of described.filter(({ route: name }) => / \/(api|agent)\//.test(name)))
      expect([route, contentOf(operation, '503')]).toEqual([route, { 'application/problem+json': expect.any(Object) }]);
    const output = body.paths['/agent/v1/tasks/{uid}/output/{actionID}/{stream}/{chunk}'].put;
    expect(output.requestBody.content).toHaveProperty('application/gzip');
    const text = body.paths['/api/v1/namespaces/{namespace}/investigations/{name}/evidence/{id}'].get;
    expect(text.parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'range' }));
    expect(body.components.schemas.Problem.properties.code.enum).toContain('TaskClaimedElsewhere');
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    for (const [, name] of references) expect(body.components.schemas).toHaveProperty(name!);
    expect(JSON.stringify(body)).not.toContain('Problem#');
  });
});

function contentOf(operation: object, status: string): object {
  const { responses } = operation as { responses: Record<string, { content?: object }> };
  return responses[status]?.content ?? {};
}

describe('metrics', () => {
  it('count requests by route pattern, without names', async () => {
    await facade.call('GET', '/api/v1/namespaces/default/investigations/some-name', TOKENS.anna);
    const { body } = await facade.call('GET', '/metrics', TOKENS.anna);
    expect(body).toContain(
      'nannyapi_http_request_duration_seconds_count{method="GET",route="/api/v1/namespaces/:namespace/investigations/:name",status="404"}',
    );
    expect(body).toContain('nannyapi_agent_streams 0');
    expect(body).not.toContain('some-name');
  });
});

describe('the listener', () => {
  it('speaks TLS when it has a certificate', async () => {
    const tls = await server.issueServerCertificate(['127.0.0.1', 'localhost']);
    const secure = await startTestFacade({ client: server.client, config: { tls } });
    try {
      expect(secure.url).toMatch(/^https:/);
      const reader = await EventReader.open(`${secure.url}/agent/v1/stream`, TOKENS.hostA, { ca: server.caPem });
      expect((await reader.next()).event).toBe('hello');
      reader.close();
    } finally {
      await secure.close();
    }
  });

  it('tells and ends its streams when it closes, and does not wait for their readers', async () => {
    await createInvestigation(server.client, 'followed');
    const closing = await startTestFacade({ client: server.client });
    const agent = await closing.events('/agent/v1/stream', TOKENS.hostA);
    const person = await closing.events('/api/v1/namespaces/default/investigations/followed/events', TOKENS.anna);
    await agent.next('hello');
    await closing.close();
    for (const reader of [agent, person]) {
      await reader.ended();
      expect(reader.remarks).toContain('retry: 1000');
    }
    await expect(fetch(`${closing.url}/healthz`)).rejects.toThrow(/fetch failed/);
  });

  it('fails to start on a port that is taken', async () => {
    const port = Number(new URL(facade.url).port);
    await expect(startTestFacade({ client: server.client, config: { port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
