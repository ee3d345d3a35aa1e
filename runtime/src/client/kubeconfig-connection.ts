import { stat } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
// The package's root would load a thousand generated classes; this file needs none of them.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { type Clock, CodedError } from '@nannyapi/process';
import { ProxyAgent, type Dispatcher } from 'undici';
import { createAgent, splitServerUrl, type Connection, type ConnectionSource, type TlsOptions } from './connection.ts';

/** How long credentials are used before files, tokens and exec plug-ins are asked again. */
const FRESH_MS = 10_000;

/** A kubeconfig file, of which another than its current context may be used, or the ServiceAccount of the pod. */
export type CredentialOrigin = { kubeconfigPath: string; context?: string | undefined } | { inCluster: true };

/**
 * Connections by a kubeconfig: client certificates, tokens, token files, exec plug-ins, OIDC.
 *
 * client-node makes a new socket pool for every request; here it only resolves the credentials,
 * and one pool lives until the TLS material changes. The old pool then closes when its last
 * request, an open watch perhaps, is through.
 */
export class KubeconfigConnection implements ConnectionSource {
  readonly #origin: CredentialOrigin;
  readonly #clock: Clock;
  #kubeConfig: KubeConfig | undefined;
  #fileTimeMs = -1;
  #tls: TlsMaterial | undefined;
  #dispatcher: Dispatcher | undefined;
  #connection: Connection | undefined;
  #refreshing: Promise<Connection> | undefined;
  #freshUntilMs = 0;
  readonly #dispatchers = new Set<Dispatcher>();

  constructor(origin: CredentialOrigin, clock: Clock) {
    this.#origin = origin;
    this.#clock = clock;
  }

  get(): Promise<Connection> {
    if (this.#connection && this.#clock.monotonicMs() < this.#freshUntilMs) return Promise.resolve(this.#connection);
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  invalidate(): void {
    this.#freshUntilMs = 0;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers].map((dispatcher) => dispatcher.destroy()));
  }

  async #refresh(): Promise<Connection> {
    const kubeConfig = await this.#load();
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) throw invalidKubeconfig('its current context names no cluster');
    const options: RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(options);
    const tls = tlsMaterial(options, cluster.proxyUrl);
    const dispatcher = this.#dispatcherFor(tls);
    this.#connection = { ...splitServerUrl(cluster.server), dispatcher, headers: authHeaders(options) };
    this.#freshUntilMs = this.#clock.monotonicMs() + FRESH_MS;
    return this.#connection;
  }

  /** The file is read again only when it was written again. */
  async #load(): Promise<KubeConfig> {
    if (!('kubeconfigPath' in this.#origin)) {
      this.#kubeConfig ??= inClusterConfig();
      return this.#kubeConfig;
    }
    const { kubeconfigPath: path, context } = this.#origin;
    const { mtimeMs } = await stat(path);
    if (!this.#kubeConfig || mtimeMs !== this.#fileTimeMs) {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(path);
      if (context !== undefined) useContext(kubeConfig, context);
      this.#kubeConfig = kubeConfig;
      this.#fileTimeMs = mtimeMs;
    }
    return this.#kubeConfig;
  }

  #dispatcherFor(tls: TlsMaterial): Dispatcher {
    const old = this.#dispatcher;
    if (old && isDeepStrictEqual(tls, this.#tls)) return old;
    const { proxyUrl, ...options } = tls;
    const dispatcher = proxyUrl ? new ProxyAgent({ uri: proxyUrl, requestTls: options }) : createAgent(options);
    this.#dispatchers.add(dispatcher);
    this.#dispatcher = dispatcher;
    this.#tls = tls;
    if (old) this.#retire(old);
    return dispatcher;
  }

  /** Lets running requests end. Should that fail they were cut, which their callers see themselves. */
  #retire(dispatcher: Dispatcher): void {
    void dispatcher
      .close()
      .catch(() => undefined)
      .finally(() => this.#dispatchers.delete(dispatcher));
  }
}

type TlsMaterial = TlsOptions & { proxyUrl?: string };

const TLS_KEYS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

function tlsMaterial(options: RequestOptions, proxyUrl: string | undefined): TlsMaterial {
  if (proxyUrl?.startsWith('socks')) throw invalidKubeconfig('SOCKS proxies are not supported, HTTP proxies are');
  const entries = TLS_KEYS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]] as const]));
  return { ...Object.fromEntries(entries), ...(proxyUrl ? { proxyUrl } : {}) };
}

function authHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

function useContext(kubeConfig: KubeConfig, context: string): void {
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw invalidKubeconfig(`it has no context '${context}'; it has ${names.join(', ') || 'none'}`);
  }
  kubeConfig.setCurrentContext(context);
}

function inClusterConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  return kubeConfig;
}

function invalidKubeconfig(why: string): CodedError {
  return new CodedError({ code: 'InvalidKubeconfig', message: `The kubeconfig cannot be used: ${why}`, status: 500 });
}
