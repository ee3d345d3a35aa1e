import { once } from 'node:events';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent, request, type AgentOptions, type RequestOptions } from 'node:https';
import { CodedError } from '@nannyapi/process';
import { isProxied, type ProxyRule } from './proxy-rule.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/** Certificates in PEM that a server's own is checked against. */
export interface CertificateSource {
  read(): Promise<string>;
}

/** How servers are reached. */
export interface TransportOptions {
  /** Certificates to trust, and no others; the system's own when absent. */
  trust?: CertificateSource | undefined;
  /** Name that the server's certificate must bear, where it is not that of the address. */
  tlsServerName?: string | undefined;
  proxy?: ProxyRule | undefined;
  userAgent: string;
}

/** One request, before anything proves who asks. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: URL;
  headers: Readonly<Record<string, string>>;
  payload?: Uint8Array | undefined;
  signal: AbortSignal;
  /** True gives it a connection of its own, which ends with the answer. */
  isStream?: boolean | undefined;
}

/** HTTPS with connections that are kept. No undici: fetch would cost the agent a third of its memory. */
export class Transport {
  readonly #options: TransportOptions;
  #kept: { agent: HttpAgent; caPem: string | undefined; origin: string } | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and resolves with the head of the answer, whatever its status; the caller reads or destroys it.
   *
   * @throws CodedError `ConnectionFailed` (status 0) when there was no answer; the signal's reason when that is one of
   *   ours.
   */
  async send(call: TransportRequest): Promise<IncomingMessage> {
    const { tlsServerName, userAgent } = this.#options;
    const { method, url, signal, payload } = call;
    const options: RequestOptions = {
      method,
      signal,
      agent: await this.#agentFor(url, call.isStream === true),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      headers: {
        'user-agent': userAgent,
        ...call.headers,
        ...(payload === undefined ? {} : { 'content-length': payload.length }),
      },
    };
    const outgoing = request(url, options);
    outgoing.end(payload);
    return answerTo(outgoing, signal);
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#kept?.agent.destroy();
  }

  /** Connections stay with the certificates they were made under; other certificates mean other connections. */
  async #agentFor(url: URL, isStream: boolean): Promise<HttpAgent> {
    const caPem = await this.#options.trust?.read();
    const ca = caPem === undefined ? {} : { ca: caPem };
    if (isStream) return this.#makeAgent(url, { keepAlive: false, ...ca });
    if (this.#kept?.caPem === caPem && this.#kept?.origin === url.origin) return this.#kept.agent;
    this.#kept?.agent.destroy();
    const agent = this.#makeAgent(url, { keepAlive: true, maxSockets: 4, maxFreeSockets: 1, timeout: 60_000, ...ca });
    this.#kept = { agent, caPem, origin: url.origin };
    return agent;
  }

  #makeAgent(url: URL, options: AgentOptions): HttpAgent {
    const { proxy } = this.#options;
    return proxy !== undefined && isProxied(proxy, url) ? new TunnelAgent(proxy.proxy, options) : new Agent(options);
  }
}

async function answerTo(outgoing: ReturnType<typeof request>, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    // The signal once more: while a tunnel is dug, the request does not hear it.
    const [response] = (await once(outgoing, 'response', { signal })) as [IncomingMessage];
    return response;
  } catch (cause) {
    outgoing.on('error', () => undefined);
    // A signal's own reason says more than the AbortError that Node makes of it.
    if (signal.aborted && signal.reason instanceof CodedError && signal.reason.code !== 'DeadlineExceeded')
      throw signal.reason;
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError({
      code: 'ConnectionFailed',
      message: `No answer from the control plane: ${detail}`,
      status: 0,
      cause,
    });
  }
}
