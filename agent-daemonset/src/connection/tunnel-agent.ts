import { request as httpRequest, type ClientRequest } from 'node:http';
import { Agent, request as httpsRequest, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { CodedError } from '@nannyapi/process';

/** A proxy that has not opened the tunnel by then is as good as away. */
const TUNNEL_MS = 15_000;

type OnConnected = (error: Error | null, socket: Duplex) => void;

/**
 * Connections through the tunnel of an HTTP proxy (RFC 9110 §9.3.6). TLS is spoken with the far end, so the proxy sees
 * the name and nothing else.
 *
 * Node's own `proxyEnv` would do, but for one thing: of a proxy that takes the connection and stays silent it never
 * lets go, whatever signal the request has.
 */
export class TunnelAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(target: RequestOptions, onConnected?: OnConnected): undefined {
    const host = target.host ?? 'localhost';
    const authority = `${host.includes(':') ? `[${host}]` : host}:${target.port ?? 443}`;
    const outgoing = this.#openTunnel(authority);
    const fail = (detail: string, cause?: unknown): void => {
      clearTimeout(deadline);
      // Of a failure Node reads the error alone; its types ask for a socket all the same.
      onConnected?.(proxyError(detail, cause), undefined as unknown as Duplex);
    };
    const deadline = setTimeout(() => outgoing.destroy(new Error('no answer in time')), TUNNEL_MS).unref();
    outgoing.once('error', (cause) => fail(cause.message, cause));
    outgoing.once('response', (response) => {
      response.destroy();
      fail(`it answered ${response.statusCode ?? 0}`);
    });
    outgoing.once('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return fail(`it answered ${statusCode ?? 0}`);
      }
      clearTimeout(deadline);
      return onConnected?.(null, connect({ ...(target as ConnectionOptions), socket }));
    });
    outgoing.end();
  }

  #openTunnel(authority: string): ClientRequest {
    const isTls = this.#proxy.protocol === 'https:';
    return (isTls ? httpsRequest : httpRequest)({
      host: this.#proxy.hostname.replace(/^\[|\]$/g, ''),
      port: this.#proxy.port === '' ? (isTls ? 443 : 80) : this.#proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...this.#authorization() },
      agent: false,
    });
  }

  #authorization(): Record<string, string> {
    const { username, password } = this.#proxy;
    if (username === '' && password === '') return {};
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
  }
}

function proxyError(detail: string, cause?: unknown): CodedError {
  return new CodedError({
    code: 'ProxyFailed',
    message: `The proxy opens no tunnel to the control plane: ${detail}`,
    status: 0,
    cause,
  });
}
