import {
  AgentCredentialResource,
  AgentResource,
  DeviceCodeResource,
  EnrollmentTokenResource,
  type Agent,
  type AgentCredential,
  type DeviceCode,
  type EnrollmentToken,
} from '@nannyapi/crds';
import { createLogger, systemClock, type Clock, type Logger } from '@nannyapi/process';
import {
  createInformer,
  type EventRecorder,
  type Informer,
  type KubeClient,
  type ResourceClient,
} from '@nannyapi/runtime';
import { findFreePorts } from '@nannyapi/standalone/testing';
import { Registry } from 'prom-client';
import { createAudit } from '../src/audit/audit.ts';
import { callingAgent } from '../src/http/access-control.ts';
import { createApp } from '../src/http/create-app.ts';
import { describeRoutes } from '../src/http/openapi.ts';
import type { Authorizer } from '../src/identity/authorizer.ts';
import type { UserPrincipal } from '../src/identity/principal.ts';
import { OAuthServer, registerOAuthRoutes, type CommandLineSessions, type OAuthLimits } from '../src/oauth/index.ts';
import { SecretKeys } from '../src/secrets/secret-keys.ts';
import { OAuthHost } from './oauth-host.ts';

/** Namespace of the release in these tests. */
export const RELEASE = 'nannyapi';
/** A path for agents that answers who asks. */
export const WHO = '/agent/v1/who';
export const ANNA: UserPrincipal = { kind: 'user', name: 'github:1', groups: ['admins'], provider: 'github' };
export const BEN: UserPrincipal = { kind: 'user', name: 'github:2', groups: [], provider: 'github' };

/** The secrets that all replicas of a test share. */
export const SHARED_KEYS = SecretKeys.generate();

/** How a replica differs from the ordinary. */
export interface TestOAuthOptions {
  client: KubeClient;
  clock?: Clock;
  limits?: Partial<OAuthLimits>;
  authorizer?: Authorizer;
  sessions?: CommandLineSessions;
  log?: Logger;
  events?: Pick<EventRecorder, 'record'>;
  secretKeys?: string;
}

/** One replica of the authorization server, with a route for agents, over plain HTTP on loopback. */
export interface TestOAuth {
  server: OAuthServer;
  url: string;
  registry: Registry;
  /** The replica's cache of Agents. */
  agents: Informer<Agent>;
  host(algorithm?: 'EdDSA' | 'ES256'): OAuthHost;
  /** Starts the flow of a host and approves it as that name in namespace default. */
  enrol(host: OAuthHost, name: string, facts?: Record<string, string>): Promise<Tokens>;
  objects: TestObjects;
  close(): Promise<void>;
}

/** What a host was given. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  token_type: string;
  agent: { namespace: string; name: string };
  /** The code that it was given for. */
  deviceCode: string;
}

/** The objects themselves, as an admin sees them. */
export interface TestObjects {
  agents: ResourceClient<Agent>;
  devices: ResourceClient<DeviceCode>;
  credentials: ResourceClient<AgentCredential>;
  enrollmentTokens: ResourceClient<EnrollmentToken>;
  /** The one credential of an Agent in namespace default. */
  credentialOf(agent: string): Promise<AgentCredential>;
}

/** Starts one replica; the namespace of the release must exist. */
export async function startTestOAuth(options: TestOAuthOptions): Promise<TestOAuth> {
  const { client, clock = systemClock } = options;
  const log = options.log ?? createLogger({ name: 'test-oauth', level: 'silent' });
  const registry = new Registry();
  const agents = createInformer<Agent>({ client: client.resource<Agent>(AgentResource), clock, log });
  const stop = new AbortController();
  // Proofs name the origin, which must be known before anything listens.
  const [port = 0] = await findFreePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const server = new OAuthServer({
    client,
    clock,
    log,
    registry,
    agents,
    audit: createAudit({ log }),
    events: options.events,
    authorizer: options.authorizer ?? { authorize: async () => true },
    sessions: options.sessions,
    namespace: RELEASE,
    publicURL: new URL(url),
    origins: [url],
    secretKeys: SecretKeys.parse(options.secretKeys ?? SHARED_KEYS),
    limits: options.limits,
  });
  const app = createApp({
    log,
    clock,
    authenticator: { authenticate: async () => undefined },
    schemes: [server.scheme],
  });
  await describeRoutes(app);
  registerOAuthRoutes(app, { endpoints: server.endpoints, registry, publicURL: new URL(url), origins: [url] });
  app.route({
    method: 'GET',
    url: WHO,
    config: { audience: 'agents', rate: 'none' },
    handler: async (request) => {
      const isStillGood = await request.authentication?.recheck();
      return { agent: callingAgent(request), scheme: request.authentication?.scheme, isStillGood };
    },
  });
  await app.listen({ host: '127.0.0.1', port, listenTextResolver: () => 'Listening' });
  const informers = [agents, ...server.caches()];
  const running = Promise.all(informers.map((informer) => informer.start(stop.signal)));
  await Promise.all([agents, server.credentials.informer].map((one) => one.waitForSync({ signal: stop.signal })));
  const objects = objectsOf(client);
  const host = (algorithm?: 'EdDSA' | 'ES256'): OAuthHost => new OAuthHost(url, algorithm);
  return {
    server,
    url,
    registry,
    agents,
    host,
    objects,
    enrol: async (enrolled, name, facts) => {
      const start = await enrolled.start(facts);
      const { device_code: deviceCode, user_code: userCode } = start.body;
      await server.approval.approve({ userCode, by: ANNA, address: '127.0.0.1', namespace: 'default', name });
      const answer = await enrolled.poll(deviceCode);
      if (answer.status !== 200) throw new Error(`No tokens: ${JSON.stringify(answer.body)}`);
      return { ...(answer.body as Tokens), deviceCode };
    },
    close: async () => {
      await app.close();
      stop.abort();
      await running;
    },
  };
}

function objectsOf(client: KubeClient): TestObjects {
  const credentials = client.resource<AgentCredential>(AgentCredentialResource);
  return {
    agents: client.resource<Agent>(AgentResource),
    devices: client.resource<DeviceCode>(DeviceCodeResource),
    credentials,
    enrollmentTokens: client.resource<EnrollmentToken>(EnrollmentTokenResource),
    credentialOf: async (agent) => {
      const all = await credentials.listAll({ namespace: RELEASE });
      const [found] = all.filter(({ spec }) => spec.agentRef.name === agent);
      if (!found) throw new Error(`Agent ${agent} has no credential`);
      return found;
    },
  };
}
