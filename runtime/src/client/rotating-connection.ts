import { isDeepStrictEqual } from 'node:util';
import { type Clock } from '@nannyapi/process';
import { ProxyAgent, type Dispatcher } from 'undici';
import type { CredentialReader, Credentials, Environment } from './credentials/credentials.ts';
import { invalidKubeconfig } from './credentials/kubeconfig.ts';
import { proxyFor } from './credentials/proxy-choice.ts';
import {
  agentOptions,
  createAgent,
  splitServerUrl,
  type Connection,
  type ConnectionSource,
  type Doubt,
  type TlsOptions,
} from './connection.ts';

/** How long credentials are used before their files are read again. */
const FRESH_MS = 10_000;

/** What a {@link RotatingConnection} needs. */
export interface RotatingConnectionDeps {
  credentials: CredentialReader;
  env: Environment;
  clock: Clock;
}

/**
 * Connections whose token, client certificate and CA may change while the process runs.
 *
 * One pool of sockets lives until the TLS material changes. The old pool then closes when its last request, an open
 * watch perhaps, is through. While new credentials cannot be read the present ones stay in use, for files are replaced
 * one after the other.
 */
export class RotatingConnection implements ConnectionSource {
  readonly #deps: RotatingConnectionDeps;
  #tls: PoolKey | undefined;
  #dispatcher: Dispatcher | undefined;
  #connection: Connection | undefined;
  #refreshing: Promise<Connection> | undefined;
  #freshUntilMs = 0;
  #isRefused = false;
  readonly #dispatchers = new Set<Dispatcher>();

  constructor(deps: RotatingConnectionDeps) {
    this.#deps = deps;
  }

  get(): Promise<Connection> {
    const nowMs = this.#deps.clock.monotonicMs();
    if (this.#connection && nowMs < this.#freshUntilMs) return Promise.resolve(this.#connection);
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  invalidate(doubt: Doubt): void {
    this.#freshUntilMs = 0;
    if (doubt === 'Unreachable') return;
    this.#isRefused = true;
    this.#deps.credentials.refused();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers].map((dispatcher) => dispatcher.destroy()));
  }

  async #refresh(): Promise<Connection> {
    const { credentials, clock } = this.#deps;
    try {
      this.#connection = this.#connect(await credentials.read());
      this.#isRefused = false;
    } catch (error) {
      if (!this.#connection || this.#isRefused) throw error;
    }
    this.#freshUntilMs = clock.monotonicMs() + FRESH_MS;
    return this.#connection;
  }

  #connect({ server, tls, headers, proxyUrl }: Credentials): Connection {
    const address = splitServerUrl(server);
    const proxy = proxyUrl || proxyFor(new URL(server), this.#deps.env);
    return { ...address, dispatcher: this.#dispatcherFor({ tls, proxy }), headers };
  }

  #dispatcherFor(wanted: PoolKey): Dispatcher {
    const old = this.#dispatcher;
    if (old && isDeepStrictEqual(wanted, this.#tls)) return old;
    const dispatcher =
      wanted.proxy === undefined ? createAgent(wanted.tls) : createProxyAgent(wanted.proxy, wanted.tls);
    this.#dispatchers.add(dispatcher);
    this.#dispatcher = dispatcher;
    this.#tls = wanted;
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

/** What the sockets of a pool have in common. */
interface PoolKey {
  tls: TlsOptions;
  proxy: string | undefined;
}

function createProxyAgent(proxy: string, tls: TlsOptions): Dispatcher {
  const scheme = /^([a-z0-9+.-]+):\/\//i.exec(proxy)?.[1]?.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    throw invalidKubeconfig(`${scheme ?? 'such'} proxies are not supported, HTTP proxies are`);
  }
  return new ProxyAgent({ ...agentOptions(tls), uri: proxy, requestTls: tls });
}
