import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock, Logger } from '@nannyapi/process';
import { POLICY_HASH } from '@nannyapi/protocol';
import { EventRecorder, type HealthCheck, type KubeClient } from '@nannyapi/runtime';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { AgentRegistry } from './agent-protocol/agent-registry.ts';
import { registerAgentRoutes } from './agent-protocol/agent-routes.ts';
import { AnomalyService } from './agent-protocol/anomaly-service.ts';
import { Dispatcher } from './agent-protocol/dispatcher.ts';
import { HealthBook } from './agent-protocol/health-book.ts';
import { OutputService } from './agent-protocol/output-service.ts';
import { ProgressBoard } from './agent-protocol/progress-board.ts';
import { TaskCache } from './agent-protocol/task-cache.ts';
import { TaskFinder } from './agent-protocol/task-finder.ts';
import { registerTaskRoutes } from './agent-protocol/task-routes.ts';
import { TaskService } from './agent-protocol/task-service.ts';
import { registerAgentListRoutes } from './agents/agent-list-routes.ts';
import { AgentService } from './agents/agent-service.ts';
import { createAudit, type Audit } from './audit/audit.ts';
import type { FacadeConfig } from './facade-config.ts';
import { FacadeListener } from './facade-listener.ts';
import {
  createIdentityPart,
  NO_IDENTITY,
  type FacadeCache,
  type FacadeIdentity,
  type IdentityPart,
} from './facade-identity.ts';
import { createGate } from './http/gate.ts';
import { createApp, secureContextOf, type TlsFiles } from './http/create-app.ts';
import { describeRoutes } from './http/openapi.ts';
import { measureRequests } from './http/request-metrics.ts';
import type { ListedRoute } from './http/route-list.ts';
import { registerSystemRoutes } from './http/system-routes.ts';
import type { Authenticator } from './identity/authenticator.ts';
import { createAllowAllAuthorizer, type Authorizer } from './identity/authorizer.ts';
import { EvidenceService } from './investigations/evidence-service.ts';
import { FollowService } from './investigations/follow-service.ts';
import { registerInvestigationRoutes } from './investigations/investigation-routes.ts';
import { InvestigationService } from './investigations/investigation-service.ts';
import { registerRunRoutes } from './investigations/run-routes.ts';
import { OpenStreams } from './streams/open-streams.ts';
import { registerMeRoutes } from './users/me-routes.ts';

/** What {@link createFacade} needs. */
export interface FacadeDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  authenticator: Authenticator;
  /** What people may do. Default: everything, for everyone who has a credential. */
  authorizer?: Authorizer | undefined;
  /** Enrolment of hosts, and login of people. Default: neither. */
  identity?: FacadeIdentity | undefined;
  config: FacadeConfig;
}

/** One replica of the HTTP API for people and agents. It holds nothing that another replica could not rebuild. */
export interface Facade {
  /**
   * Starts its caches and listens; resolves when it accepts connections. The signal closes it.
   *
   * @throws Error `EADDRINUSE` and the like when it cannot listen.
   */
  start(signal: AbortSignal): Promise<void>;
  /** URL of the listener, for example `https://127.0.0.1:8443`. @throws Error before it listens. */
  address(): string;
  /** One check a cache: whether this replica has the state that it serves from. No agent is needed for it. */
  readiness(): HealthCheck[];
  /** Every route that it serves once it is started, pages and assets too. */
  routes(): readonly ListedRoute[];
  /** Serves new connections with another certificate; open ones go on. Without effect over plain HTTP. */
  useCertificate(files: TlsFiles): void;
  /** The same for the further addresses, if they have a certificate of their own. */
  useFurtherCertificate(files: TlsFiles): void;
  /** Ends all streams, lets requests finish for up to five seconds and stops. A second call waits for the first. */
  close(): Promise<void>;
}

/** How long requests may finish in, once the facade closes. */
const DRAIN_MS = 5000;
const DEFAULT_HEARTBEAT_SECONDS = 30;

/** Makes a facade; it does nothing before it is started. */
export function createFacade(deps: FacadeDeps): Facade {
  return new HttpFacade(deps);
}

/** The OpenAPI document of a facade, as it would serve it. Nothing listens and nothing is read: for the reference. */
export async function describeFacade(deps: FacadeDeps): Promise<object> {
  return new HttpFacade(deps).describe();
}

class HttpFacade implements Facade {
  readonly #deps: FacadeDeps;
  readonly #stopCaches = new AbortController();
  readonly #streams: OpenStreams;
  readonly #cache: TaskCache;
  readonly #agents: AgentRegistry;
  readonly #events: EventRecorder;
  readonly #audit: Audit;
  readonly #identity: IdentityPart;
  readonly #app: FastifyInstance;
  readonly #further: FacadeListener[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(deps: FacadeDeps) {
    this.#deps = deps;
    this.#streams = new OpenStreams(deps);
    this.#cache = new TaskCache(deps);
    this.#agents = new AgentRegistry(deps);
    this.#events = new EventRecorder({ ...deps, component: 'nannyapi-api' });
    this.#audit = createAudit({ log: deps.log, events: this.#events });
    this.#identity = this.#createIdentity();
    const { tls, trustedProxies } = deps.config;
    const authenticator = this.#identity.authenticator(deps.authenticator);
    // A proxy in front may end TLS: what counts is how browsers come.
    const isSecure = tls !== undefined || deps.identity?.publicURL.protocol === 'https:';
    this.#app = createApp({ ...deps, ...this.#identity, authenticator, tls, trustedProxies, isSecure });
  }

  async start(signal: AbortSignal): Promise<void> {
    const { host, port } = this.#deps.config;
    await this.#register();
    await this.#app.listen({ host, port, listenTextResolver: () => 'Listening' });
    try {
      await this.#listenFurther();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#running = Promise.all(this.#caches().map((cache) => cache.start(this.#stopCaches.signal)));
    if (signal.aborted) await this.close();
    else signal.addEventListener('abort', () => void this.close(), { once: true });
  }

  async describe(): Promise<object> {
    await this.#register();
    await this.#app.ready();
    return this.#app.swagger();
  }

  address(): string {
    const address = this.#app.server.address() as AddressInfo | null;
    if (!address) throw new Error('The facade does not listen');
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `${this.#deps.config.tls ? 'https' : 'http'}://${host}:${address.port}`;
  }

  readiness(): HealthCheck[] {
    return this.#caches().map((cache) => {
      const name = `cache ${cache.name}`;
      if (!cache.hasSynced()) return { name, problem: 'has not listed its objects' };
      const { isHealthy, message = 'hears nothing' } = cache.health();
      return isHealthy ? { name } : { name, problem: message };
    });
  }

  routes(): readonly ListedRoute[] {
    return this.#app.routeList;
  }

  useCertificate(files: TlsFiles): void {
    if (this.#deps.config.tls) (this.#app.server as TlsServer).setSecureContext(secureContextOf(files));
  }

  useFurtherCertificate(files: TlsFiles): void {
    for (const listener of this.#further) listener.useCertificate(files);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #createIdentity(): IdentityPart {
    const { identity, ...deps } = this.#deps;
    if (!identity) return NO_IDENTITY;
    return createIdentityPart({
      ...deps,
      agents: this.#agents.informer,
      audit: this.#audit,
      authorizer: this.#authorizer(),
      events: this.#events,
      identity,
    });
  }

  #authorizer(): Authorizer {
    return this.#deps.authorizer ?? createAllowAllAuthorizer();
  }

  async #listenFurther(): Promise<void> {
    const { addresses, tls } = this.#deps.config.further ?? { addresses: [] };
    for (const address of addresses) this.#further.push(await FacadeListener.open(this.#app.server, address, tls));
  }

  async #close(): Promise<void> {
    this.#streams.close();
    const further = this.#further;
    const drain = this.#deps.clock.setTimer(DRAIN_MS, () => {
      this.#app.server.closeAllConnections();
      for (const listener of further) listener.closeAllConnections();
    });
    await Promise.all([this.#app.close(), ...further.map((listener) => listener.close())]);
    drain.cancel();
    await this.#events.flush();
    this.#stopCaches.abort();
    await this.#running;
  }

  #caches(): FacadeCache[] {
    return [this.#cache.informer, this.#agents.informer, ...this.#identity.caches()];
  }

  async #register(): Promise<void> {
    const { log, registry } = this.#deps;
    const gate = createGate({ authorizer: this.#authorizer(), log, audit: this.#audit });
    await describeRoutes(this.#app);
    measureRequests(this.#app, registry);
    registerSystemRoutes(this.#app, {
      gate,
      registry,
      notReady: () =>
        this.readiness()
          .filter(({ problem }) => problem !== undefined)
          .map(({ name }) => name),
    });
    const progress = new ProgressBoard();
    this.#registerAgents(progress);
    const shared = { ...this.#deps, cache: this.#cache, gate, progress, streams: this.#streams };
    const investigations = new InvestigationService(shared);
    registerInvestigationRoutes(this.#app, { gate, investigations });
    const evidence = new EvidenceService(shared);
    registerRunRoutes(this.#app, { ...shared, investigations, evidence, follow: new FollowService(shared) });
    const agents = new AgentService(shared);
    registerAgentListRoutes(this.#app, { gate, agents });
    registerMeRoutes(this.#app, this.#identity);
    this.#identity.register(this.#app, { gate, progress, investigations, evidence, agents });
  }

  #registerAgents(progress: ProgressBoard): void {
    const { config } = this.#deps;
    const shared = { ...this.#deps, cache: this.#cache, agents: this.#agents };
    const finder = new TaskFinder(shared);
    const outputs = new OutputService({ ...shared, finder });
    const dispatcher = new Dispatcher(shared);
    const health = new HealthBook(shared);
    const anomalies = new AnomalyService(shared);
    registerAgentRoutes(this.#app, {
      ...shared,
      audit: this.#audit,
      anomalies,
      dispatcher,
      health,
      streams: this.#streams,
      heartbeatSeconds: config.heartbeatSeconds ?? DEFAULT_HEARTBEAT_SECONDS,
      policyHash: config.policyHash ?? POLICY_HASH,
    });
    registerTaskRoutes(this.#app, {
      ...shared,
      finder,
      outputs,
      progress,
      tasks: new TaskService({ ...shared, finder }),
    });
    this.#cache.informer.onChange(({ type, object }) => {
      if (type !== 'Deleted' && object.status?.outcome === undefined) return;
      progress.forget(object.metadata.uid ?? '');
      outputs.forget(object.metadata.uid ?? '');
    });
    const leave = (agent: string): void => {
      dispatcher.disconnect(agent);
      health.forget(agent);
      anomalies.forget(agent);
    };
    this.#agents.onLoss(leave);
    this.#identity.onLoss(leave);
  }
}
