import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { withDeadline, type Clock } from '@nannyapi/process';
import type { Environment } from './credentials.ts';
import { invalidKubeconfig, type ExecConfig, type KubeconfigContext } from './kubeconfig.ts';

/** What a plug-in grants: a token, or a client certificate with its key, or both. */
export interface ExecGrant {
  token?: string;
  /** PEM. */
  clientCertificate?: string;
  clientKey?: string;
}

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const PLUGIN_DEADLINE_MS = 60_000;
const MAX_OUTPUT_LENGTH = 1024 * 1024;
/** Extension of a cluster that is meant for plug-ins. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/** Credentials of an exec plug-in, kept until they expire or are refused (`client.authentication.k8s.io/v1`). */
export class ExecCredentials {
  readonly #env: Environment;
  readonly #clock: Clock;
  #kept: { command: string; grant: ExecGrant; expiresTime: number } | undefined;

  constructor(deps: { env: Environment; clock: Clock }) {
    this.#env = deps.env;
    this.#clock = deps.clock;
  }

  /** @throws CodedError `InvalidKubeconfig` when the plug-in cannot run, fails, or answers with something else. */
  async get(config: ExecConfig, context: KubeconfigContext): Promise<ExecGrant> {
    const command = JSON.stringify(config);
    const kept = this.#kept;
    if (kept?.command === command && this.#clock.now().getTime() < kept.expiresTime) return kept.grant;
    check(config);
    const { grant, expiresTime } = readCredential(await this.#run(config, context), config);
    this.#kept = { command, grant, expiresTime };
    return grant;
  }

  /** The server refused what was granted: ask anew next time. */
  refused(): void {
    this.#kept = undefined;
  }

  async #run(config: ExecConfig, { cluster, folder }: KubeconfigContext): Promise<string> {
    const extension = cluster.extensions?.find(({ name }) => name === EXEC_EXTENSION)?.extension;
    const info = {
      apiVersion: config.apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(config.provideClusterInfo ? { cluster: clusterInfo(cluster, extension) } : {}) },
    };
    const own = Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value]));
    const env = { ...this.#env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    // A bare name is looked up on PATH; a path starts from the folder of the kubeconfig.
    const command = config.command.includes('/') ? resolve(folder, config.command) : config.command;
    using deadline = withDeadline(PLUGIN_DEADLINE_MS, { clock: this.#clock });
    try {
      return await runPlugin(command, config.args ?? [], { env, signal: deadline.signal });
    } catch (cause) {
      const hint = config.installHint ? `. ${config.installHint}` : '';
      throw invalidKubeconfig(`its plug-in ${JSON.stringify(config.command)} gave no credentials${hint}`, cause);
    }
  }
}

function check({ apiVersion, command, interactiveMode }: ExecConfig): void {
  if (!command) throw invalidKubeconfig('its exec plug-in has no command');
  if (!API_VERSIONS.includes(apiVersion)) {
    throw invalidKubeconfig(`its exec plug-in speaks ${apiVersion}; supported are ${API_VERSIONS.join(' and ')}`);
  }
  if (interactiveMode === 'Always') throw invalidKubeconfig('its exec plug-in wants a terminal, and there is none');
}

function clusterInfo(cluster: KubeconfigContext['cluster'], config: unknown): object {
  return {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
    'certificate-authority-data': cluster['certificate-authority-data'],
    'proxy-url': cluster['proxy-url'],
    config,
  };
}

interface Credential {
  apiVersion?: string;
  status?: {
    token?: string;
    clientCertificateData?: string;
    clientKeyData?: string;
    expirationTimestamp?: string;
  };
}

function readCredential(text: string, { apiVersion }: ExecConfig): { grant: ExecGrant; expiresTime: number } {
  let credential: Credential;
  try {
    credential = JSON.parse(text) as Credential;
  } catch (cause) {
    throw invalidKubeconfig('its exec plug-in answered with something that is not JSON', cause);
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = credential.status ?? {};
  if (credential.apiVersion !== apiVersion) {
    throw invalidKubeconfig(`its exec plug-in answered in ${credential.apiVersion} instead of ${apiVersion}`);
  }
  if (!token && !(clientCertificateData && clientKeyData)) {
    throw invalidKubeconfig('its exec plug-in granted neither a token nor a certificate with its key');
  }
  return {
    grant: {
      ...(token ? { token } : {}),
      ...(clientCertificateData && clientKeyData
        ? { clientCertificate: clientCertificateData, clientKey: clientKeyData }
        : {}),
    },
    expiresTime: expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY,
  };
}

/** The standard output of a program. @throws Error with the last of its standard error, when it fails. */
async function runPlugin(
  command: string,
  args: string[],
  { env, signal }: { env: Environment; signal: AbortSignal },
): Promise<string> {
  const child = spawn(command, args, { env, signal, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise, resolve: succeed, reject } = Promise.withResolvers<string>();
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length > MAX_OUTPUT_LENGTH) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2_000);
  });
  child.once('error', reject);
  child.once('close', (status, ending) => {
    if (status === 0) succeed(stdout);
    else reject(new Error(`It ended with ${status ?? ending}: ${stderr.trim()}`));
  });
  return promise;
}
