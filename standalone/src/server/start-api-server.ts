import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { pid } from 'node:process';
import { Registry } from 'prom-client';
import { CodedError, systemClock, makeFolder } from '@nannyapi/process';
import type { Clock, Logger } from '@nannyapi/process';
import { createAdmission } from '../admission/create-admission.ts';
import { mastersOr } from '../auth/authorize.ts';
import { bearerAuthentication } from '../auth/authenticate.ts';
import type { UserInfo } from '../auth/token-store.ts';
import { KindRegistry } from '../kinds/kind-registry.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { startLifecycles } from '../lifecycle/start-lifecycles.ts';
import { ObjectWriter } from '../objects/object-writer.ts';
import { builtinKinds } from '../schema/index.ts';
import { rbacAuthorizer } from '../rbac/rbac-authorizer.ts';
import { RbacIndex } from '../rbac/rbac-index.ts';
import type { ApiContext } from '../request/api-context.ts';
import { apiHandler } from './api-handler.ts';
import { ApiMetrics } from './api-metrics.ts';
import { openCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { Documents } from './documents.ts';
import { PING } from './health.ts';
import type { HealthChecks } from './health.ts';
import { listenHttps } from './https-listener.ts';
import { lockFolder } from '../store/folder-lock.ts';
import type { FolderLock } from '../store/folder-lock.ts';
import { logWriteFailures } from '../store/log-write-failures.ts';
import { ObjectStore } from '../store/object-store.ts';
import { countStore } from '../store/store-metrics.ts';
import type { CertifiedKey } from '../tls/certificate-authority.ts';
import { keepCertificateFresh } from '../tls/keep-certificate-fresh.ts';
import { openPki } from '../tls/pki.ts';
import { WatchHub } from '../watch/watch-hub.ts';

/** How an API server is started. */
export interface ApiServerOptions {
  /** Made if missing (0700). All state is here. */
  dataDir: string;
  /** 0 takes any free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Parsed CustomResourceDefinition objects, created or updated before the server is ready. */
  crds: readonly unknown[];
  log: Logger;
  clock?: Clock;
  /** Revisions kept for watchers that come back; older ones get 410 Expired. Default 20,000. */
  windowRevisions?: number;
  /** What `/metrics` shows; the server adds its own metrics to it. Default a new one. */
  registry?: Registry;
}

/** A running API server. */
export interface ApiServerHandle {
  /** `https://HOST:PORT`. */
  url: string;
  caPem: string;
  adminToken: string;
  /**
   * A bearer token of a user for another part of this process; it ends with the server. `system:authenticated` need not be
   * among the groups. A ServiceAccount's user is `system:serviceaccount:NAMESPACE:NAME` in `system:serviceaccounts` and
   * `system:serviceaccounts:NAMESPACE`.
   */
  issueToken(user: UserInfo): string;
  /** A certificate of the same authority for another listener of this process, valid one year. */
  issueServerCertificate(names: string[]): Promise<CertifiedKey>;
  /** A kubeconfig of the admin, YAML text; it holds a credential. */
  kubeconfig(): string;
  /** Resolves when the server was closed; rejects when it can no longer write and only a restart helps. */
  stopped: Promise<void>;
  /** Ends watches, waits for writes under way, closes the files. */
  close(): Promise<void>;
}

/**
 * Starts the embedded API server on a data folder; resolves when it serves.
 *
 * @throws CodedError `DataFolderInUse`, `DataFolderUnusable`, `PortInUse`, `StoreCorrupt`, `StoreIncomplete`,
 *   `StoreNewerVersion`, `StoreUnavailable`, `CertificateUnreadable`, `TokensUnreadable`,
 *   `AccountKeyUnreadable`, `Invalid` (a CRD).
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServerHandle> {
  await using opened = new AsyncDisposableStack();
  const lock = await takeFolder(options.dataDir);
  opened.defer(() => lock.release());
  const registry = options.registry ?? new Registry();
  const store = await openStore(options, registry);
  opened.defer(async () => await store.close());
  const clock = options.clock ?? systemClock;
  const credentials = await openCredentials({ folder: options.dataDir, store, clock });
  const context = makeContext({ store, clock, log: options.log }, credentials);
  opened.defer(() => context.hub.close());
  const lifecycles = await startLifecycles(context, options.crds);
  opened.defer(async () => await lifecycles.close());
  const host = options.host ?? '127.0.0.1';
  const pki = await openPki({ folder: options.dataDir, host, now: () => context.clock.now() });
  const { adminToken } = credentials;
  const listener = await listenHttps({
    host,
    port: options.port,
    certificate: await pki.serverCertificate(),
    handler: apiHandler({
      context,
      documents: new Documents({ kinds: context.kinds, serverAddress: () => `${host}:${listener.port}` }),
      authenticate: bearerAuthentication(credentials.tokens),
      health: healthChecks(store),
      metrics: new ApiMetrics(registry, context.clock),
      registry,
    }),
  });
  opened.defer(
    keepCertificateFresh({
      clock: context.clock,
      log: options.log,
      load: pki.serverCertificate,
      use: listener.useCertificate,
    }),
  );
  const running = opened.move();
  const url = `https://${urlHost(host)}:${listener.port}`;
  return {
    url,
    caPem: pki.caPem,
    adminToken,
    issueToken: (user) => credentials.processTokens.issue(user),
    issueServerCertificate: pki.issueServerCertificate,
    stopped: store.stopped,
    kubeconfig: () => kubeconfig({ url, caPem: pki.caPem, token: adminToken }),
    close: async () => {
      const closed = listener.close();
      context.hub.close();
      await closed;
      await running.disposeAsync();
    },
  };
}

/** A store that has failed makes the server unfit to serve, but a restart does not mend a full disk. */
function healthChecks(store: ObjectStore): HealthChecks {
  const storage = { name: 'storage', findFault: () => store.failure?.message };
  return { healthz: [PING, storage], livez: [PING], readyz: [PING, storage] };
}

/** Opens the database; what happens to it is logged and counted for as long as it is open. */
async function openStore(options: ApiServerOptions, registry: Registry): Promise<ObjectStore> {
  const databasePath = join(options.dataDir, 'objects.db');
  const { windowRevisions, clock } = options;
  const store = await ObjectStore.open({ databasePath, windowRevisions, clock });
  logWriteFailures(store, options.log);
  countStore(store, databasePath, registry);
  return store;
}

/** Makes the folder private and takes it for this process. */
async function takeFolder(dataDir: string): Promise<FolderLock> {
  try {
    await makeFolder(dataDir);
    await chmod(dataDir, 0o700);
    return lockFolder(dataDir, pid);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError({
      code: 'DataFolderUnusable',
      message: `The data folder ${dataDir} cannot be used: ${why}. Check its owner, its mode and the room on its disk.`,
      cause,
    });
  }
}

function makeContext(
  { store, clock, log }: { store: ObjectStore; clock: Clock; log: Logger },
  { tokens, accountTokens }: Credentials,
): ApiContext {
  const kinds = new KindRegistry(builtinKinds());
  const rbac = new RbacIndex(store);
  rbac.follow();
  const authorize = mastersOr(rbacAuthorizer(rbac));
  return {
    store,
    kinds,
    writer: new ObjectWriter({ store, kinds, clock }),
    authorize,
    rbac,
    tokens,
    accountTokens,
    admission: createAdmission({ store, kinds, authorize }),
    hub: new WatchHub(store),
    watchFrames: new WeakMap(),
    clock,
    log,
  };
}

/** The host as clients reach it: wildcard addresses by loopback, IPv6 in brackets. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
