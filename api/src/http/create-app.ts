import { randomUUID } from 'node:crypto';
import type * as nodeHttp from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@nannyapi/process';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Authenticator } from '../identity/authenticator.ts';
import { createBearerScheme } from '../identity/bearer-scheme.ts';
import type { CredentialScheme } from '../identity/credential-scheme.ts';
import { requireCredentials } from './access-control.ts';
import { answerProblems, sendProblem } from './answer-problems.ts';
import { takeForms } from './form-bodies.ts';
import { refuseMalformed } from './malformed-request.ts';
import type { RenderProblem } from './pages.ts';
import { toApiError } from './problem.ts';
import { setSecurityHeaders } from './security-headers.ts';
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
  /** Further credentials that are taken, besides bearer tokens. */
  schemes?: readonly CredentialScheme[] | undefined;
  /** Writes failures of pages. Default: they are problem+json like all others. */
  renderProblem?: RenderProblem | undefined;
  tls?: TlsFiles | undefined;
  /** Whether browsers come by TLS; also true when a proxy in front ends it. Default: with `tls`. */
  isSecure?: boolean | undefined;
}

/** Largest JSON body of a route that says nothing else, in bytes. */
const DEFAULT_BODY_BYTES = 64 * 1024;
/** A request must have arrived whole within so long, or a slow sender could hold sockets for ever. */
const REQUEST_TIMEOUT_MS = 60_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Above the idle time of usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;

/** An empty Fastify with the manners of the house: credentials, problem+json, strict bodies, request ids. */
export function createApp(options: AppOptions): FastifyInstance {
  // Widened first, so that the instance has Fastify's own logger type and not pino's.
  const log: FastifyBaseLogger = options.log;
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
      void sendProblem(reply, toApiError(error), request.id);
    },
    clientErrorHandler: refuseMalformed,
    serverFactory: (handler) => createListener(handler, options.tls),
  });
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(createValidatorCompiler());
  // Answers are our own objects or those of the API server, passed on whole: no schema may strip a field of them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  setSecurityHeaders(app, { isSecure: options.isSecure ?? options.tls !== undefined });
  answerProblems(app, options);
  requireCredentials(app, { schemes: [...(options.schemes ?? []), createBearerScheme(options.authenticator)] });
  takeForms(app);
  return app;
}

/** How the listener proves who it is, and the oldest TLS that it speaks. */
export function secureContextOf({ certPem, keyPem }: TlsFiles): SecureContextOptions {
  return { cert: certPem, key: keyPem, minVersion: 'TLSv1.2' };
}

function createListener(handler: nodeHttp.RequestListener, tls: TlsFiles | undefined): nodeHttp.Server {
  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  };
  if (tls) return createTlsServer({ ...limits, ...secureContextOf(tls) }, handler);
  // An import of node:http reads all of its exports, and WebSocket among them loads a whole HTTP client, 7 MB.
  const http = createRequire(import.meta.url)('node:http') as typeof nodeHttp;
  return http.createServer(limits, handler);
}
