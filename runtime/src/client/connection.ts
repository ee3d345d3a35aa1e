import { Agent, type buildConnector, type Dispatcher } from 'undici';

/** CA, client certificate and the like. */
export type TlsOptions = buildConnector.BuildOptions;

/** Everything a request needs besides itself. */
export interface Connection {
  /** Scheme, host and port. */
  origin: string;
  /** Path in front of `/api`, without a trailing slash; a proxy such as Rancher's has one. */
  pathPrefix: string;
  dispatcher: Dispatcher;
  /** Credentials, and whom to impersonate. */
  headers: Record<string, string | string[]>;
}

/** What speaks against the present credentials: the server refused them, or no connection came about with them. */
export type Doubt = 'Refused' | 'Unreachable';

/** Where connections come from; credentials may rotate behind it. */
export interface ConnectionSource {
  get(): Promise<Connection>;
  /** Reads credentials anew for the next request. */
  invalidate(doubt: Doubt): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/** Sockets to one API server. Open watches count, so it must stay well above their number. */
const MAX_SOCKETS = 256;
/** An idle socket is kept so long; below the 90 s after which kube-apiserver closes it. */
const KEEP_ALIVE_MS = 60_000;
/** Time to establish TCP and TLS. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The shared pool of sockets.
 *
 * HTTP/1.1 without pipelining: a watch or a slow list then never stands in front of another request.
 */
export function createAgent(tls: TlsOptions): Agent {
  return new Agent(agentOptions(tls));
}

/** How a pool of sockets to an API server is set, also behind a proxy. */
export function agentOptions(tls: TlsOptions): Agent.Options {
  return {
    allowH2: false,
    pipelining: 1,
    connections: MAX_SOCKETS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: 15_000 },
  };
}

/** Splits the address of a server into what {@link Connection} holds. @throws TypeError when it is no URL. */
export function splitServerUrl(server: string): Pick<Connection, 'origin' | 'pathPrefix'> {
  const url = new URL(server);
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, '') };
}

/** A connection that never changes: an address, its CA and a bearer token. */
export function staticConnection(server: {
  url: string;
  caPem?: string | undefined;
  token?: string | undefined;
}): ConnectionSource {
  const dispatcher = createAgent(server.caPem === undefined ? {} : { ca: server.caPem });
  const headers: Record<string, string> = server.token ? { authorization: `Bearer ${server.token}` } : {};
  const connection = { ...splitServerUrl(server.url), dispatcher, headers };
  return { get: async () => connection, invalidate: () => undefined, close: () => dispatcher.destroy() };
}
