import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AgentResource, API_VERSION, UserResource, type Agent, type User } from '@nannyapi/crds';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient, type KubeObject, type ResourceType } from '@nannyapi/runtime';
import { findFreePorts, startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { loadAll } from 'js-yaml';
import { Registry } from 'prom-client';
import { vi } from 'vitest';
import { createFacade, type Facade } from '../src/facade.ts';
import { parseRanges } from '../src/identity/cluster-node.ts';
import { createSubjectAccessReviewAuthorizer } from '../src/identity/subject-access-review-authorizer.ts';
import { createTokenAuthenticator } from '../src/identity/token-authenticator.ts';
import { createLoginLinks, type LoginLinks } from '../src/login/login-links.ts';
import { SecretKeys } from '../src/secrets/secret-keys.ts';
import { DescribedAnswers } from './described-answers.ts';

/** Namespace of the release in the shipped roles. */
export const RELEASE = 'nannyapi';

/** A person with the token of a command line. */
export interface RigPerson {
  /** One of the shipped ClusterRoles. */
  role?: string;
  /** Where the role is bound; absent: in the whole cluster. */
  namespace?: string;
  /** The login is over, or taken away. Default: `Alive`. */
  login?: 'Alive' | 'Expired' | 'Gone';
}

/** A host with a fixed bearer token, as the local agent of a one-machine install has. */
export interface RigAgent {
  namespace: string;
  name: string;
  access?: 'Enabled' | 'Revoked';
}

/** Who there is, by the names that tests call them. */
export interface RigCast {
  people: Readonly<Record<string, RigPerson>>;
  agents: Readonly<Record<string, RigAgent>>;
}

/** An answer, its body parsed when it is JSON. */
export interface RigAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
}

/**
 * The embedded API server with the shipped roles, and a facade that knows people and hosts and has its own rights alone.
 *
 * Namespaces are `own`, `other` and that of the release. Every request comes from an address of its own, by way of a
 * trusted proxy, so that limits by address do not meet tests that are not about them.
 */
export class IdentityRig {
  readonly server: TestApiServer;
  readonly facade: Facade;
  readonly url: string;
  /** Lines of the facade's log, at level debug. */
  readonly log: string[];
  /** Makes links for the admin of the machine. */
  readonly links: LoginLinks;
  readonly #cast: RigCast;
  readonly #client: KubeClient;
  readonly #faults: string[] = [];
  #described: DescribedAnswers | undefined;
  #requests = 0;

  private constructor(parts: {
    cast: RigCast;
    client: KubeClient;
    facade: Facade;
    links: LoginLinks;
    log: string[];
    server: TestApiServer;
  }) {
    this.server = parts.server;
    this.facade = parts.facade;
    this.url = parts.facade.address();
    this.log = parts.log;
    this.links = parts.links;
    this.#cast = parts.cast;
    this.#client = parts.client;
  }

  static async start(cast: RigCast): Promise<IdentityRig> {
    const server = await startTestApiServer();
    try {
      await makeRoles(server.client, cast);
      for (const [who, person] of Object.entries(cast.people)) await makePerson(server.client, who, person);
      for (const agent of Object.values(cast.agents)) await makeAgent(server.client, agent);
      const log: string[] = [];
      const client = clientOfFacade(server);
      const [port = 0] = await findFreePorts(1);
      const publicURL = new URL(`http://127.0.0.1:${port}`);
      const links = createLoginLinks({ publicURL, clock: systemClock });
      const facade = createRigFacade({ cast, client, links, log, publicURL });
      await facade.start(new AbortController().signal);
      const rig = new IdentityRig({ cast, client, facade, links, log, server });
      await vi.waitUntil(() => facade.readiness().every(({ problem }) => problem === undefined), { timeout: 10_000 });
      return rig;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** The token that somebody shows; `anonymous` has none. */
  tokenOf(who: string): string | undefined {
    if (who === 'anonymous') return undefined;
    return who in this.#cast.agents ? agentTokenOf(who) : personTokenOf(who);
  }

  /** Name of the User object of a person. */
  userOf(who: string): string {
    return userNameOf(who);
  }

  /** Sends a request; `body` is an object for JSON, or the text of a form. It is answered as soon as there is a status. */
  async open(who: string, method: string, path: string, body?: object | string): Promise<Response> {
    const token = this.tokenOf(who);
    const number = this.#requests++;
    const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
    return fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-for': `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** The status alone; a stream is not waited for. */
  async status(who: string, method: string, path: string, body?: object | string): Promise<number> {
    const answer = await this.open(who, method, path, body);
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (isStream) await answer.body?.cancel();
    await this.#note({ method, path, answer, text: isStream ? undefined : await answer.text() });
    return answer.status;
  }

  /** What answers said so far that the facade's OpenAPI document does not. */
  faults(): readonly string[] {
    return this.#faults;
  }

  async #note(seen: { method: string; path: string; answer: Response; text: string | undefined }): Promise<void> {
    const { method, path, answer, text } = seen;
    this.#described ??= new DescribedAnswers(await this.#document());
    const fault = this.#described.faultOf({
      method,
      path: path.split('?')[0] ?? '',
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? undefined,
      text,
    });
    if (fault !== undefined) this.#faults.push(fault);
  }

  async #document(): Promise<object> {
    const [who = ''] = Object.keys(this.#cast.people).filter((name) => this.#cast.people[name]?.login === undefined);
    const answer = await this.open(who, 'GET', '/openapi.json');
    return (await answer.json()) as object;
  }

  /** The whole answer. */
  async call(who: string, method: string, path: string, body?: object | string): Promise<RigAnswer> {
    const answer = await this.open(who, method, path, body);
    const { status, headers } = answer;
    const text = await answer.text();
    await this.#note({ method, path, answer, text });
    const isJson = text !== '' && headers.get('content-type')?.includes('json') === true;
    return { status, headers, body: isJson ? JSON.parse(text) : text };
  }

  async close(): Promise<void> {
    await this.facade.close();
    await this.#client.close();
    await this.server.close();
  }
}

/** The facade has its own rights and no others, as it has on a cluster. */
function clientOfFacade(server: TestApiServer): KubeClient {
  const { url, caPem } = server;
  const token = server.issueToken({ name: `system:serviceaccount:${RELEASE}:nannyapi-api`, groups: [] });
  const log = createLogger({ name: 'identity-rig', level: 'silent' });
  return createKubeClient({ server: { url, caPem, token }, userAgent: 'nannyapi-api', log });
}

function createRigFacade(parts: {
  cast: RigCast;
  client: KubeClient;
  links: LoginLinks;
  log: string[];
  publicURL: URL;
}): Facade {
  const { cast, client, links, log, publicURL } = parts;
  const destination = { write: (line: string) => void log.push(line) };
  return createFacade({
    client,
    clock: systemClock,
    log: createLogger({ name: 'facade', level: 'debug', destination }),
    registry: new Registry(),
    authenticator: createTokenAuthenticator(
      Object.entries(cast.agents).map(([who, { namespace, name }]) => ({
        sha256: createHash('sha256').update(agentTokenOf(who)).digest('hex'),
        principal: { kind: 'agent', namespace, name },
      })),
    ),
    authorizer: createSubjectAccessReviewAuthorizer({ client, clock: systemClock }),
    identity: {
      namespace: RELEASE,
      agentNamespace: 'own',
      publicURL,
      origins: [publicURL.origin],
      secretKeys: SecretKeys.parse(SecretKeys.generate()),
      loginLinks: links,
    },
    config: { host: '127.0.0.1', port: Number(publicURL.port), trustedProxies: parseRanges('127.0.0.1') },
  });
}

function agentTokenOf(who: string): string {
  return `token-of-${who}`;
}

/** As a command line has it: `npt.<User>.<43 characters>`. */
function personTokenOf(who: string): string {
  return `npt.${userNameOf(who)}.${who.padEnd(43, 'x')}`;
}

function userNameOf(who: string): string {
  return `local-${createHash('sha256').update(who).digest('hex').slice(0, 16)}`;
}

async function makePerson(client: KubeClient, who: string, { login = 'Alive' }: RigPerson): Promise<void> {
  const users = client.resource<User>(UserResource);
  const name = userNameOf(who);
  const spec = { provider: 'local', subject: who };
  await users.create({ apiVersion: API_VERSION, kind: 'User', metadata: { name }, spec });
  if (login === 'Gone') return;
  const nowMs = Date.now();
  const session = {
    id: createHash('sha256').update(who).digest('hex').slice(0, 32),
    client: 'CommandLine',
    startTime: new Date(nowMs - 7_200_000).toISOString(),
    expirationTime: new Date(nowMs + (login === 'Expired' ? -1000 : 3_600_000)).toISOString(),
    tokenHash: `sha256:${createHash('sha256').update(personTokenOf(who)).digest('hex')}`,
  };
  await users.patchStatus({ name }, { status: { sessions: [session] } });
}

async function makeAgent(client: KubeClient, { namespace, name, access }: RigAgent): Promise<void> {
  const spec = access === undefined ? {} : { access };
  const agents = client.resource<Agent>(AgentResource);
  await agents.create({ apiVersion: API_VERSION, kind: 'Agent', metadata: { namespace, name }, spec });
}

async function makeRoles(client: KubeClient, { people }: RigCast): Promise<void> {
  for (const name of ['default', RELEASE, 'own', 'other'])
    await apply(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const shipped = await readFile(new URL('../../crds/access/roles.yaml', import.meta.url), 'utf8');
  for (const object of loadAll(shipped) as KubeObject[]) await apply(client, object);
  for (const [who, { role, namespace }] of Object.entries(people))
    if (role !== undefined) await apply(client, bindingOf(who, role, namespace));
}

function bindingOf(who: string, role: string, namespace: string | undefined): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `test-${who.toLowerCase()}`, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup, kind: 'User', name: `local:${who}` }],
  };
  return binding;
}

async function apply(client: KubeClient, object: KubeObject): Promise<void> {
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const plural = `${object.kind.toLowerCase()}s`;
  const type: ResourceType = { group, version, kind: object.kind, plural, namespaced: 'namespace' in object.metadata };
  await client.resource(type).apply(object, { fieldManager: 'test', force: true });
}
