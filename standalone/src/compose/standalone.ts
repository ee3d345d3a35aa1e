import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createFacade, createTokenAuthenticator, type Facade } from '@nannyapi/api';
import { createOperator, type OperatorConfig } from '@nannyapi/operator';
import { type Clock, CodedError, type Logger, writeFileAtomic } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import { type ApiServerHandle, startApiServer } from '../server/start-api-server.ts';
import { keepAgentRunning } from './agent-child.ts';
import { ensureAgentToken, tokenDigest } from './agent-token.ts';
import { agentNameOf, ensureLocalAgent, LOCAL_NAMESPACE } from './local-agent.ts';

/** What a one-machine control plane is made of. */
export interface StandaloneOptions {
  /** Everything durable lives here, mode 0700. */
  dataDir: string;
  /** Port of the Kubernetes API; 0 takes any. */
  port: number;
  /** Port of the facade; 0 takes any. */
  facadePort: number;
  /** Where the kubeconfig is written once all is ready, mode 0600. */
  kubeconfigPath: string;
  /** Parsed CRDs to serve. */
  crds: unknown[];
  /** Program and leading arguments of the agent; absent starts none. */
  agentCommand?: readonly string[] | undefined;
  /** Where the agent's log goes; absent: to this process's own standard error. */
  agentLogPath?: string | undefined;
  /** Serves the Kubernetes API alone: no operator, no facade, no agent. */
  apiServerOnly: boolean;
  operator: OperatorConfig;
  clock: Clock;
  log: Logger;
}

/** A running control plane. */
export interface Standalone {
  apiUrl: string;
  /** Absent with `apiServerOnly`. */
  facadeUrl?: string;
  /** The certificate authority of both listeners, PEM. */
  caPem: string;
  /** Bearer token of the one admin, for both listeners. */
  adminToken: string;
  /** Name of the local Agent in namespace `default`; absent without one. */
  agentName?: string;
  /** Ends when something that must run has stopped by itself; rejects with its error. */
  failed: Promise<never>;
  /** Stops the agent, the operator, the facade and the API server, in this order. */
  close(): Promise<void>;
}

/**
 * Starts API server, operator, facade and, if asked, the agent.
 *
 * The kubeconfig is written last: whoever waits for the file finds all of it ready.
 *
 * @throws CodedError `PortInUse`, `DataDirInUse`, … of the API server, before anything is left running.
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { dataDir, log, clock } = options;
  const apiServer = await startApiServer({
    dataDir: join(dataDir, 'api-server'),
    port: options.port,
    crds: options.crds,
    log: log.child({ component: 'api-server' }),
    clock,
  });
  const stop = new AbortController();
  const parts = new Parts();
  parts.onClose(() => apiServer.close());
  try {
    const standalone: Standalone = {
      apiUrl: apiServer.url,
      caPem: apiServer.caPem,
      adminToken: apiServer.adminToken,
      failed: parts.failed,
      close: async () => {
        stop.abort();
        await parts.close();
      },
    };
    if (!options.apiServerOnly) Object.assign(standalone, await startControlPlane(options, apiServer, { parts, stop }));
    await writeFileAtomic(options.kubeconfigPath, apiServer.kubeconfig(), { mode: 0o600 });
    return standalone;
  } catch (error) {
    stop.abort();
    await parts.close();
    throw error;
  }
}

async function startControlPlane(
  options: StandaloneOptions,
  apiServer: ApiServerHandle,
  running: { parts: Parts; stop: AbortController },
): Promise<{ facadeUrl: string; agentName?: string }> {
  const { clock, log } = options;
  const { parts, stop } = running;
  const registry = new Registry();
  const client = createKubeClient({
    server: { url: apiServer.url, caPem: apiServer.caPem, token: apiServer.adminToken },
    userAgent: 'nannyapi-standalone',
    log: log.child({ component: 'client' }),
    registry,
  });
  parts.onClose(() => client.close());

  const agentName = agentNameOf(hostname());
  const agentDir = join(options.dataDir, 'agent');
  await mkdir(agentDir, { recursive: true, mode: 0o700 });
  const agentToken = await ensureAgentToken(join(agentDir, 'token'));
  const facade = createFacade({
    client,
    clock,
    log: log.child({ component: 'facade' }),
    registry,
    authenticator: createTokenAuthenticator([
      { sha256: tokenDigest(apiServer.adminToken), principal: { kind: 'user', name: 'admin', groups: [] } },
      { sha256: tokenDigest(agentToken), principal: { kind: 'agent', namespace: LOCAL_NAMESPACE, name: agentName } },
    ]),
    config: {
      host: '127.0.0.1',
      port: options.facadePort,
      tls: await apiServer.issueServerCertificate(['localhost', '127.0.0.1']),
    },
  });
  await startFacade(facade, options.facadePort, stop.signal);
  parts.onClose(() => facade.close());

  const operator = createOperator({
    client,
    clock,
    log: log.child({ component: 'operator' }),
    registry,
    config: options.operator,
  });
  parts.run('operator', operator.start(stop.signal));

  const facadeUrl = facade.address();
  if (!options.agentCommand) return { facadeUrl };
  await startAgent(options, { client, agentName, agentDir, facadeUrl, caPem: apiServer.caPem }, running);
  return { facadeUrl, agentName };
}

async function startFacade(facade: Facade, port: number, signal: AbortSignal): Promise<void> {
  try {
    await facade.start(signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new CodedError({
      code: 'PortInUse',
      status: 409,
      message: `port ${port} of the facade is in use on 127.0.0.1; choose another or end what listens there`,
      cause: error,
    });
  }
}

interface AgentSeat {
  client: KubeClient;
  agentName: string;
  agentDir: string;
  facadeUrl: string;
  caPem: string;
}

async function startAgent(
  options: StandaloneOptions,
  seat: AgentSeat,
  running: { parts: Parts; stop: AbortController },
): Promise<void> {
  const { parts, stop } = running;
  await ensureLocalAgent(seat.client, seat.agentName, stop.signal);
  const caFile = join(seat.agentDir, 'ca.crt');
  await writeFileAtomic(caFile, seat.caPem, { mode: 0o600 });
  parts.run(
    'agent',
    keepAgentRunning(
      {
        command: options.agentCommand ?? [],
        url: seat.facadeUrl,
        caFile,
        tokenFile: join(seat.agentDir, 'token'),
        stateDir: join(seat.agentDir, 'state'),
        logPath: options.agentLogPath,
      },
      { clock: options.clock, log: options.log.child({ component: 'agent' }), signal: stop.signal },
    ),
  );
}

/** What runs and must be waited for, and what must be closed, last opened first. */
class Parts {
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #running: Promise<void>[] = [];
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    // Nobody may be listening when a part fails during shutdown.
    promise.catch(() => undefined);
    this.#fail = reject;
  }

  onClose(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  run(name: string, part: Promise<void>): void {
    this.#running.push(part.catch((error: unknown) => this.#fail(new Error(`${name} stopped`, { cause: error }))));
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
    for (const close of this.#closers.toReversed()) await close();
  }
}
