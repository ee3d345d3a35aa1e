import type { AgentPackage } from '@nannyapi/api';
import { type Clock, type Logger, writeFileAtomic } from '@nannyapi/process';
import { apiServerFolder, finishRestore } from '../backup/data-folder.ts';
import { startApiServer } from '../server/start-api-server.ts';
import { Parts } from './parts.ts';

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
  /** For other machines: addresses of the facade, on its port unless they name another. Default: this machine alone. */
  listen?: readonly { host: string; port?: number | undefined }[] | undefined;
  /** Certificate and key shown to other machines, PEM, read again when they change. Default: of our own authority. */
  certificateFiles?: { certPath: string; keyPath: string } | undefined;
  /** Where people and hosts reach the facade. Default: the first address that is listened on. */
  publicURL?: URL | undefined;
  /** Who may log in, and by which identity provider (YAML). Default: the admin of the machine, by a link. */
  loginConfigPath?: string | undefined;
  /** Parsed CRDs to serve. */
  crds: unknown[];
  /** Parsed roles and admission policies to put in place. */
  access: unknown[];
  /** Program and leading arguments of the agent; absent starts none. */
  agentCommand?: readonly string[] | undefined;
  /** What other hosts are installed from; absent gives no agents out. */
  agentPackage?: AgentPackage | undefined;
  /** Where the agent's log goes; absent: to this process's own standard error. */
  agentLogPath?: string | undefined;
  /** Serves the Kubernetes API alone: no operator, no facade, no agent. */
  apiServerOnly: boolean;
  /** Where the operator and the agent read their settings, named as the configuration reference says. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: Logger;
}

/** A running control plane. */
export interface Standalone {
  apiUrl: string;
  /** Absent with `apiServerOnly`. */
  facadeUrl?: string;
  /** Where people and hosts reach the facade; absent as well. */
  publicURL?: URL;
  /** Makes a link with which the admin of the machine logs in once, within ten minutes; absent as well. */
  issueLoginLink?: () => URL;
  /** What is typed on another host, as root, to install its agent and enrol it; absent as well. */
  installCommand?: string;
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
 * The control plane's modules are loaded only when wanted: the API server alone takes half the memory.
 *
 * @throws CodedError `InvalidConfig` of the operator, `PortInUse`, `DataDirInUse`, … of the API server, before anything is left running.
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { dataDir, log, clock } = options;
  const controlPlane = options.apiServerOnly ? undefined : await import('./control-plane.ts');
  const operatorConfig = controlPlane?.readOperatorConfig(options.env);
  await finishRestore(dataDir);
  const apiServer = await startApiServer({
    dataDir: apiServerFolder(dataDir),
    port: options.port,
    crds: options.crds,
    log: log.child({ component: 'api-server' }),
    clock,
  });
  const stop = new AbortController();
  const parts = new Parts();
  parts.onClose(() => apiServer.close());
  parts.watch('API server', apiServer.stopped);
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
    if (controlPlane && operatorConfig) {
      const deps = { apiServer, operatorConfig, parts, stop: stop.signal };
      Object.assign(standalone, await controlPlane.startControlPlane(options, deps));
    }
    await writeFileAtomic(options.kubeconfigPath, apiServer.kubeconfig(), { mode: 0o600 });
    return standalone;
  } catch (error) {
    stop.abort();
    await parts.close();
    throw error;
  }
}
