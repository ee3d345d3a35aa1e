import type { BlockList } from 'node:net';
import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import { createKubeClient, ProbeServer, type KubeClient } from '@nannyapi/runtime';
import { Registry } from 'prom-client';
import { createFacade, type Facade } from './facade.ts';
import { CertificateFiles } from './http/certificate-files.ts';
import { createSubjectAccessReviewAuthorizer } from './identity/subject-access-review-authorizer.ts';
import { createTokenReviewAuthenticator } from './identity/token-review-authenticator.ts';
import { locateAgentFiles, PackedAgent, type AgentPackage } from './install/index.ts';
import type { ApiProcessConfig } from './process-config.ts';
import { readApiProcessSettings } from './process-settings.ts';

/** What a facade of its own needs. */
export interface ApiProcessDeps {
  config: ApiProcessConfig;
  /** Variables of the process: where the pod's API server is. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: Logger;
  /** What hosts outside of the cluster get their Node from: this very program. */
  program: ProgramFacts;
}

/** Which program runs. */
export interface ProgramFacts {
  /** Of Node, on disk. */
  nodePath: string;
  /** As Node calls it, for example `x64`. */
  arch: string;
  version: string;
}

/**
 * Runs one replica of the facade with its probes until the signal aborts and all has drained.
 *
 * ```
 *   signal ──► not ready, still serving ──► streams end, requests finish ──► listeners close
 *              shutdown delay               up to 5 s
 * ```
 *
 * @throws CodedError as of {@link API_PROCESS_ERRORS}.
 */
export async function runApiProcess(deps: ApiProcessDeps, signal: AbortSignal): Promise<void> {
  const { config, env, clock, log } = deps;
  const { identity, sharedAddresses, trustedProxies } = await readApiProcessSettings(config);
  const certificate = certificateOf(deps);
  const registry = new Registry();
  const client = createKubeClient({
    ...(config.NANNYAPI_API_KUBECONFIG === undefined
      ? { inCluster: true }
      : { kubeconfigPath: config.NANNYAPI_API_KUBECONFIG }),
    env,
    userAgent: 'nannyapi-api',
    clock,
    log,
    registry,
  });
  const tls = await certificate?.read();
  const facade = createFacade({
    client,
    clock,
    log,
    registry,
    ...clusterIdentity(deps, { client, registry, sharedAddresses }),
    identity: identity && { ...identity, agentPackage: agentPackageOf(deps) },
    config: {
      host: config.NANNYAPI_API_HOST,
      port: config.NANNYAPI_API_PORT,
      tls,
      trustedProxies,
      heartbeatSeconds: config.NANNYAPI_API_HEARTBEAT_SECONDS,
    },
  });
  try {
    await serve(facade, { deps, certificate, registry, signal });
  } finally {
    certificate?.stop();
    await client.close();
  }
}

interface Serving {
  deps: ApiProcessDeps;
  certificate: CertificateFiles | undefined;
  registry: Registry;
  signal: AbortSignal;
}

async function serve(facade: Facade, { deps, certificate, registry, signal }: Serving): Promise<void> {
  const { config, clock, log } = deps;
  const probes = new ProbeServer({
    host: config.NANNYAPI_API_PROBE_HOST,
    port: config.NANNYAPI_API_PROBE_PORT,
    portSetting: 'NANNYAPI_API_PROBE_PORT',
    // It needs nothing that a new process would have: caches restart themselves.
    liveness: () => [],
    readiness: () => [
      ...facade.readiness(),
      ...(signal.aborted ? [{ name: 'shutdown', problem: 'this replica is ending' }] : []),
    ],
    registry,
    log,
  });
  await probes.listen();
  log.info({ port: probes.port }, 'Serving health and metrics');
  try {
    await start(facade, config);
    certificate?.watch((files) => facade.useCertificate(files));
    log.info({ url: facade.address(), isPlainHttp: certificate === undefined }, 'Serving people and agents');
    await aborted(signal);
    const delayMs = config.NANNYAPI_API_SHUTDOWN_DELAY_SECONDS * 1000;
    log.info({ delayMs }, 'Told to end; not ready from now on');
    await clock.sleep(delayMs);
    await facade.close();
    log.info('Ended all streams and requests');
  } finally {
    await facade.close();
    await probes.close();
  }
}

async function start(facade: Facade, config: ApiProcessConfig): Promise<void> {
  try {
    // Its end comes after the shutdown delay, and not with the signal.
    await facade.start(new AbortController().signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const { NANNYAPI_API_HOST: host, NANNYAPI_API_PORT: port } = config;
    const message = `port ${port} is in use on ${host}; choose another by NANNYAPI_API_PORT`;
    throw new CodedError({ code: 'PortInUse', status: 409, message, cause: error });
  }
}

function agentPackageOf({ config, program }: ApiProcessDeps): AgentPackage {
  return new PackedAgent({
    ...locateAgentFiles(),
    ...program,
    cacheFolder: config.NANNYAPI_API_AGENT_PACKAGE_FOLDER,
  });
}

function clusterIdentity(
  { config, clock, log }: ApiProcessDeps,
  { client, registry, sharedAddresses }: { client: KubeClient; registry: Registry; sharedAddresses: BlockList },
): Pick<Parameters<typeof createFacade>[0], 'authenticator' | 'authorizer'> {
  const rule = {
    audience: config.NANNYAPI_API_TOKEN_AUDIENCE,
    namespace: config.NANNYAPI_NAMESPACE,
    serviceAccount: config.NANNYAPI_API_AGENT_SERVICE_ACCOUNT,
  };
  return {
    authenticator: createTokenReviewAuthenticator({ client, clock, log, registry, rule, sharedAddresses }),
    authorizer: createSubjectAccessReviewAuthorizer({ client, clock }),
  };
}

function certificateOf({ config, clock, log }: ApiProcessDeps): CertificateFiles | undefined {
  const { NANNYAPI_API_TLS_CERT_FILE: certPath, NANNYAPI_API_TLS_KEY_FILE: keyPath } = config;
  if (certPath === undefined || keyPath === undefined) return undefined;
  return new CertificateFiles({ certPath, keyPath, clock, log });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
