import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AgentResource, API_VERSION, UserResource, type Agent, type User } from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient, type KubeObject, type ResourceType } from '@nannyapi/runtime';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { loadAll } from 'js-yaml';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFacade, type Facade } from '../facade.ts';
import { parseRanges } from '../identity/cluster-node.ts';
import { createSubjectAccessReviewAuthorizer } from '../identity/subject-access-review-authorizer.ts';
import { createTokenAuthenticator } from '../identity/token-authenticator.ts';
import { createLoginLinks } from '../login/login-links.ts';
import { SecretKeys } from '../secrets/secret-keys.ts';
import { MATRIX, WHO, type Row, type Who } from './table.ts';

/** Namespace of the release in the shipped roles. */
const RELEASE = 'nannyapi';
const PUBLIC_URL = new URL('http://127.0.0.1:1');
const ROLES: Partial<Record<Who, { role: string; namespace?: string }>> = {
  viewer: { role: 'nannyapi-viewer', namespace: 'own' },
  evidence: { role: 'nannyapi-evidence-viewer', namespace: 'own' },
  investigator: { role: 'nannyapi-investigator', namespace: 'own' },
  patcher: { role: 'nannyapi-patcher', namespace: 'own' },
  tenant: { role: 'nannyapi-admin', namespace: 'own' },
  admin: { role: 'nannyapi-admin' },
  neighbour: { role: 'nannyapi-admin', namespace: 'other' },
};
const AGENT_OF: Partial<Record<Who, { namespace: string; name: string }>> = {
  agent: { namespace: 'own', name: 'host' },
  otherAgent: { namespace: 'other', name: 'host' },
  revokedAgent: { namespace: 'own', name: 'revoked' },
};

/** One case for each route and namespace. */
const CELLS = MATRIX.flatMap((row) => [
  { row, route: row.route, namespace: 'own', allowed: row.own },
  ...(row.other ? [{ row, route: row.route, namespace: 'other', allowed: row.other }] : []),
]);

let server: TestApiServer;
let api: KubeClient;
let facade: Facade;
let url: string;
let requests = 0;

beforeAll(async () => {
  server = await startTestApiServer();
  await makeNamespaces();
  await makeRoles();
  await Promise.all(Object.entries(AGENT_OF).map(([who, agent]) => makeAgent(who as Who, agent)));
  await Promise.all(WHO.filter((who) => who !== 'anonymous' && !AGENT_OF[who]).map(makePerson));
  // The facade has its own rights and no others, as it has on a cluster.
  const { url: apiUrl, caPem } = server;
  const token = server.issueToken({ name: `system:serviceaccount:${RELEASE}:nannyapi-api`, groups: [] });
  const log = createLogger({ name: 'matrix', level: 'silent' });
  api = createKubeClient({ server: { url: apiUrl, caPem, token }, userAgent: 'nannyapi-api', log });
  facade = createFacade({
    client: api,
    clock: systemClock,
    log,
    registry: new Registry(),
    authenticator: createTokenAuthenticator(
      Object.entries(AGENT_OF).map(([who, agent]) => ({
        sha256: createHash('sha256')
          .update(tokenOf(who as Who))
          .digest('hex'),
        principal: { kind: 'agent', ...agent },
      })),
    ),
    authorizer: createSubjectAccessReviewAuthorizer({ client: api, clock: systemClock }),
    identity: {
      namespace: RELEASE,
      agentNamespace: 'own',
      publicURL: PUBLIC_URL,
      origins: [PUBLIC_URL.origin],
      secretKeys: SecretKeys.parse(SecretKeys.generate()),
      loginLinks: createLoginLinks({ publicURL: PUBLIC_URL, clock: systemClock }),
    },
    // Each request comes from an address of its own, or the limit of wrong tokens would answer.
    config: { host: '127.0.0.1', port: 0, trustedProxies: parseRanges('127.0.0.1') },
  });
  await facade.start(new AbortController().signal);
  url = facade.address();
  await vi.waitUntil(() => facade.readiness().every(({ problem }) => problem === undefined), { timeout: 10_000 });
});

afterAll(async () => {
  await facade?.close();
  await api?.close();
  await server?.close();
});

describe('the matrix of rights', () => {
  it('has a row for every route', () => {
    const rows = MATRIX.map(({ route }) => route);
    const served = facade.routes().map(({ method, path }) => `${method} ${path}`);
    expect(served.filter((route) => !rows.includes(route))).toEqual([]);
    expect(rows.filter((route) => !served.includes(route))).toEqual([]);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it.each(CELLS)('$route in $namespace', async ({ row, namespace, allowed }) => {
    expect(await statusesOf(row, namespace)).toEqual(expectedOf(row, allowed));
  });
});

/** The status that each of {@link WHO} is to get. */
function expectedOf(row: Row, allowed: Row['own']): Record<string, number> {
  const isRead = /^(GET|HEAD) /.test(row.route);
  return Object.fromEntries(
    WHO.map((who) => {
      if (allowed === 'everyone' || allowed.includes(who)) return [who, row.ok];
      const isUnknown = ['anonymous', 'expired', 'revoked'].includes(who);
      if (isUnknown) return [who, row.page && isRead ? 303 : 401];
      // A body is checked before the Agent is looked up; a revoked agent learns no more than that it was wrong.
      if (who === 'revokedAgent' && row.ok === 422) return [who, 422];
      return [who, 403];
    }),
  );
}

async function statusesOf(row: Row, namespace: string): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (const who of WHO) statuses[who] = await statusOf(row, who, namespace);
  return statuses;
}

async function statusOf(row: Row, who: Who, namespace: string): Promise<number> {
  const [method = '', template = ''] = row.route.split(' ');
  const values: Record<string, string> = {
    namespace,
    name: 'nothing-of-that-name',
    id: /session/.test(template) ? '0'.repeat(32) : 's1-a1',
    uid: '11111111-2222-4333-8444-555555555555',
    actionID: 'a1',
    stream: 'stdout',
    chunk: '0',
    provider: 'nowhere',
    file: 'nothing.css',
  };
  const path = template.replaceAll(/\{([A-Za-z]+)\}/g, (_whole, key: string) => values[key] ?? key);
  const inNamespace = (text: string): string => text.replaceAll('NS', namespace);
  const query = row.query === undefined ? '' : `?${inNamespace(row.query)}`;
  const type = row.form !== undefined ? 'application/x-www-form-urlencoded' : row.body && 'application/json';
  const stop = new AbortController();
  const answer = await fetch(`${url}${path}${query}`, {
    method,
    redirect: 'manual',
    signal: stop.signal,
    headers: {
      'x-forwarded-for': `10.0.${requests >> 8}.${requests++ & 255}`,
      ...(who === 'anonymous' ? {} : { authorization: `Bearer ${tokenOf(who)}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(type === undefined ? {} : { body: inNamespace(row.form ?? JSON.stringify(row.body)) }),
  });
  // Streams never end by themselves.
  stop.abort();
  return answer.status;
}

/** A token of a person is that of a command line: `npt.<User>.<secret>`. */
function tokenOf(who: Who): string {
  return AGENT_OF[who] ? `token-of-${who}` : `npt.${userNameOf(who)}.${who.padEnd(43, 'x')}`;
}

function userNameOf(who: Who): string {
  return `local-${createHash('sha256').update(who).digest('hex').slice(0, 16)}`;
}

async function makePerson(who: Who): Promise<void> {
  const users = server.client.resource<User>(UserResource);
  const name = userNameOf(who);
  const spec = { provider: 'local', subject: who };
  await users.create({ apiVersion: API_VERSION, kind: 'User', metadata: { name }, spec });
  if (who === 'revoked') return;
  const now = Date.now();
  const session = {
    id: createHash('md5').update(who).digest('hex'),
    client: 'CommandLine',
    startTime: new Date(now - 7_200_000).toISOString(),
    expirationTime: new Date(now + (who === 'expired' ? -1000 : 3_600_000)).toISOString(),
    tokenHash: `sha256:${createHash('sha256').update(tokenOf(who)).digest('hex')}`,
  };
  await users.patchStatus({ name }, { status: { sessions: [session] } });
}

async function makeAgent(who: Who, { namespace, name }: { namespace: string; name: string }): Promise<void> {
  const agents = server.client.resource<Agent>(AgentResource);
  const spec = who === 'revokedAgent' ? { access: 'Revoked' as const } : {};
  await agents.create({ apiVersion: API_VERSION, kind: 'Agent', metadata: { namespace, name }, spec });
}

async function makeNamespaces(): Promise<void> {
  for (const name of ['default', RELEASE, 'own', 'other'])
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

async function makeRoles(): Promise<void> {
  const shipped = await readFile(new URL('../../../crds/access/roles.yaml', import.meta.url), 'utf8');
  for (const object of loadAll(shipped) as KubeObject[]) await apply(object);
  for (const [who, { role, namespace }] of Object.entries(ROLES)) {
    const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
    const metadata = { name: `test-${who}`, ...(namespace === undefined ? {} : { namespace }) };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `local:${who}` }];
    await apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, roleRef, subjects } as KubeObject);
  }
}

async function apply(object: KubeObject): Promise<void> {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const plural = `${object.kind.toLowerCase()}s`;
  const namespaced = object.metadata.namespace !== undefined;
  const type: ResourceType = { group: group ?? '', version: version ?? '', kind: object.kind, plural, namespaced };
  await server.client.resource(type).apply(object, { fieldManager: 'test', force: true });
}
