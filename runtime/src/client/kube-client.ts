import { systemClock, type Clock, type Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { KubeObject, ResourceType } from '../objects.ts';
import { staticConnection, type ConnectionSource } from './connection.ts';
import type { CredentialReader, Environment } from './credentials/credentials.ts';
import { createRequestMetrics } from './request-metrics.ts';
import type { Call, ResourceClient } from './resource-client.ts';
import { RestResourceClient } from './rest-resource-client.ts';
import { Transport, type TransportDeps } from './transport.ts';
import { guardWrites, type WriteGuard } from './write-guard.ts';

/** How to reach the API server: `server`, `kubeconfigPath` or `inCluster`, of which exactly one is given. */
export interface KubeClientOptions {
  kubeconfigPath?: string | undefined;
  /** The context of the kubeconfig to use instead of its current one. */
  context?: string | undefined;
  server?: { url: string; caPem?: string | undefined; token?: string | undefined } | undefined;
  /** Use the ServiceAccount that Kubernetes mounts into the pod. */
  inCluster?: boolean | undefined;
  /** Variables of the process: where the pod's API server is, proxies, what exec plug-ins get. Default: none. */
  env?: Environment | undefined;
  userAgent: string;
  log: Logger;
  /** Where request metrics are registered; without it nobody sees them. */
  registry?: Registry | undefined;
  /** Default: the machine's. */
  clock?: Clock | undefined;
}

/** The one connection of a process to its API server. */
export interface KubeClient {
  resource<T extends KubeObject>(type: ResourceType): ResourceClient<T>;
  /**
   * A request outside the resource verbs, for example `GET /version`; the answer is the parsed JSON.
   *
   * @param path from the root of the API on, escaped, with its query.
   */
  raw(method: string, path: string, body?: unknown, call?: Call): Promise<unknown>;
  /** A view of this client, over the same sockets, whose writes the guard must admit; reads pass unasked. */
  guarded(guard: WriteGuard): KubeClient;
  /** Closes all connections; watches that are still open end. */
  close(): Promise<void>;
}

/**
 * A client for one API server; nothing is read or connected before its first request.
 *
 * @throws TypeError when not exactly one way to the server is given.
 */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { userAgent, log, clock = systemClock } = options;
  const metrics = createRequestMetrics(options.registry);
  return clientOver({
    connections: connectionSource(options, clock),
    userAgent,
    log,
    clock,
    metrics,
    random: Math.random,
  });
}

function clientOver(deps: TransportDeps): KubeClient {
  const transport = new Transport(deps);
  return {
    guarded: (guard) => clientOver({ ...deps, connections: guardWrites(deps.connections, guard) }),
    resource: <T extends KubeObject>(type: ResourceType) => new RestResourceClient<T>(type, transport),
    raw: (method, path, body, call) => transport.json({ method, path, body }, call),
    close: () => transport.close(),
  };
}

function connectionSource(options: KubeClientOptions, clock: Clock): ConnectionSource {
  const { server, kubeconfigPath, context, inCluster, env = {} } = options;
  if ([server, kubeconfigPath, inCluster].filter(Boolean).length !== 1) {
    throw new TypeError('A KubeClient needs exactly one of server, kubeconfigPath and inCluster');
  }
  if (server) return staticConnection(server);
  return lazyConnection(async () => {
    // Loaded when first needed: a process that is given its server does without a YAML parser.
    const { RotatingConnection } = await import('./rotating-connection.ts');
    return new RotatingConnection({
      credentials: await loadCredentials({ kubeconfigPath, context, env, clock }),
      env,
      clock,
    });
  });
}

async function loadCredentials(origin: {
  kubeconfigPath: string | undefined;
  context: string | undefined;
  env: Environment;
  clock: Clock;
}): Promise<CredentialReader> {
  if (origin.kubeconfigPath === undefined) {
    const { InClusterCredentials } = await import('./credentials/in-cluster-credentials.ts');
    return new InClusterCredentials(origin);
  }
  const { KubeconfigCredentials } = await import('./credentials/kubeconfig-credentials.ts');
  return new KubeconfigCredentials({ ...origin, path: origin.kubeconfigPath });
}

function lazyConnection(load: () => Promise<ConnectionSource>): ConnectionSource {
  let loading: Promise<ConnectionSource> | undefined;
  return {
    get: async () => (await (loading ??= load())).get(),
    invalidate: (doubt) => {
      // A failed load has already rejected the get() that asked for it.
      loading?.then((source) => source.invalidate(doubt)).catch(() => undefined);
    },
    close: async () => (await loading)?.close(),
  };
}
