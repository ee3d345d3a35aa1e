import { randomUUID } from 'node:crypto';
import type * as nodeHttp from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import { BlockList } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { systemClock, type Clock, type Logger } from '@nannyapi/process';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import { createBearerScheme } from '../identity/bearer-scheme.ts';
import { createProxyTrust } from '../identity/client-address.ts';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import { requireCredentials } from './access-control.ts';
import { answerProblems, refuseUnknownPaths, sendProblem } from './answer-problems.ts';
import { refuseSmuggledHeaders } from './client-headers.ts';
import { limitConnections, MAX_UNPROVEN_CONNECTIONS } from './connection-limit.ts';
import { takeForms } from './form-bodies.ts';
import { refuseMalformed } from './malformed-request.ts';
import type { RenderProblem } from './pages.ts';
import { toApiError } from './problem.ts';
import { limitRates, type RateLimits } from './rate-limits.ts';
import { listRoutes } from './route-list.ts';
import { SECURITY_HEADERS, setSecurityHeaders } from './security-headers.ts';
import { createValidatorCompiler } from './validation.ts';

/** Certificate chain and private key of a TLS listener, in PEM. */
export interface TlsFiles {
  certPem: string;
  keyPem: string;
}

/** What {@link createApp} needs. */
export interface AppOptions {
  /** Knows bearer tokens. */
  authenticator: Authenticator;
  log: Logger;
  clock?: Clock | undefined;
  /** Further credentials that are taken, besides bearer tokens. */
  schemes?: readonly CredentialScheme[] | undefined;
  /** Writes failures of pages. Default: they are problem+json like all others. */
  renderProblem?: RenderProblem | undefined;
  tls?: TlsFiles | undefined;
  /** Proxies whose `X-Forwarded-For` is believed. Default: none. */
  trustedProxies?: BlockList | undefined;
  /** Other limits than {@link RATE_LIMITS}. */
  rateLimits?: Partial<RateLimits> | undefined;
  /** Other limits of connections than usual; for tests. */
  connections?: Partial<ConnectionLimits> | undefined;
  /** Whether browsers come by TLS; also true when a proxy in front ends it. Default: with `tls`. */
  isSecure?: boolean | undefined;
}

/** How long a connection may take, and how many one address may have. */
export interface ConnectionLimits {
  /** All headers of a request must have come within so many milliseconds. */
  headersTimeoutMs: number;
  /** A request must have come whole within so long, or a slow sender could hold sockets for ever. */
  requestTimeoutMs: number;
  /** How often connections are looked at for the two above. */
  checkEveryMs: number;
  /** See {@link MAX_UNPROVEN_CONNECTIONS}. */
  maxUnproven: number;
}

const CONNECTION_LIMITS: ConnectionLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  checkEveryMs: 5_000,
  maxUnproven: MAX_UNPROVEN_CONNECTIONS,
};

/** Largest JSON body of a route that says nothing else, in bytes. */
const DEFAULT_BODY_BYTES = 64 * 1024;
/** Above the idle time of usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

/** An empty Fastify with the manners of the house: credentials, problem+json, strict bodies, request ids. */
export function createApp(options: AppOptions): FastifyInstance {
  // Widened first, so that the instance has Fastify's own logger type and not pino's.
  const log: FastifyBaseLogger = options.log;
  const { clock = systemClock, trustedProxies = new BlockList() } = options;
  const limits = { ...CONNECTION_LIMITS, ...options.connections };
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    // A line for each heartbeat of ten thousand agents helps nobody; failures and changes are logged.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestID' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: DEFAULT_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    routerOptions: { maxParamLength: 256 },
    // What the router or the HTTP parser refuses never reaches the error handler.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
      void sendProblem(reply, toApiError(error), request.id);
    },
    clientErrorHandler: refuseMalformed,
    trustProxy: createProxyTrust(trustedProxies),
    serverFactory: (handler) => createListener(handler, limits, options.tls),
  });
  listRoutes(app);
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(createValidatorCompiler());
  // Answers are our own objects or those of the API server, passed on whole: no schema may strip a field of them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  setSecurityHeaders(app, { isSecure: options.isSecure ?? options.tls !== undefined });
  answerProblems(app, options);
  refuseSmuggledHeaders(app);
  requireCredentials(app, { schemes: [...(options.schemes ?? []), createBearerScheme(options.authenticator)] });
  limitConnections(app, { max: limits.maxUnproven, isExempt: createProxyTrust(trustedProxies) });
  limitRates(app, { clock, limits: options.rateLimits });
  refuseUnknownPaths(app);
  takeForms(app);
  return app;
}

/** How the listener proves who it is, and the oldest TLS that it speaks. */
export function secureContextOf({ certPem, keyPem }: TlsFiles): SecureContextOptions {
  return { cert: certPem, key: keyPem, minVersion: 'TLSv1.2' };
}

function createListener(
  handler: nodeHttp.RequestListener,
  limits: ConnectionLimits,
  tls: TlsFiles | undefined,
): nodeHttp.Server {
  const options = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  };
  return tls
    ? createTlsServer({ ...options, ...secureContextOf(tls), handshakeTimeout: limits.headersTimeoutMs }, handler)
    : plainHttp().createServer(options, handler);
}

/** An import of node:http reads all of its exports, and WebSocket among them loads a whole HTTP client, 7 MB. */
function plainHttp(): typeof nodeHttp {
  return createRequire(import.meta.url)('node:http') as typeof nodeHttp;
}
