import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { CodedError } from '@nannyapi/process';
import type { Authenticate } from '../auth/authenticate.ts';
import { forbiddenAccess } from '../auth/forbidden-access.ts';
import { impersonate } from '../auth/impersonate.ts';
import { hasImpersonation, wantedUser } from '../auth/impersonation-headers.ts';
import { requestedAccess } from '../auth/requested-access.ts';
import type { UserInfo } from '../auth/token-store.ts';
import { answerFormat } from '../request/answer-format.ts';
import { sendBytes, sendError, sendReply, sendText } from '../request/answer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { parseQuery } from '../request/query.ts';
import { decodePath } from '../request/request-path.ts';
import { methodNotAllowed, pathNotFound, StatusError } from '../status/status-error.ts';
import type { ApiMetrics } from './api-metrics.ts';
import type { Documents, FoundDocument } from './documents.ts';
import { answerHealth } from './health.ts';
import { findRefusal } from './malformed-requests.ts';
import type { HealthChecks } from './health.ts';
import type { Exchange } from './exchange.ts';
import { answerResource } from './resource-handler.ts';
import { findTarget, isBuiltInPath } from './resource-target.ts';

/** What the handler of the Kubernetes API is made of. */
export interface ApiHandlerDeps {
  context: ApiContext;
  documents: Documents;
  authenticate: Authenticate;
  health: HealthChecks;
  metrics: ApiMetrics;
  /** What `/metrics` shows. */
  registry: Registry;
}

/** Paths that answer whoever asks; single checks below them do not. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/livez']);

/** An audit id that is taken over from a client; it goes into a header of the answer. */
const AUDIT_ID = /^[\x21-\x7e]{1,64}$/;

/**
 * Answers requests of the Kubernetes API: health, then who and whether, then documents and resources.
 *
 * Every failure becomes a meta/v1 Status; what is not a {@link CodedError} is a bug, logged once and told as
 * InternalError.
 */
export function apiHandler(deps: ApiHandlerDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const exchange = openExchange(request, response);
    const refusal = findRefusal(request);
    if (exchange === undefined || refusal !== undefined) {
      // Go's server answers so before any handler of Kubernetes sees the request.
      response.setHeader('connection', 'close');
      sendText(response, refusal?.code ?? 400, refusal?.text ?? '400 Bad Request');
      return;
    }
    answer(deps, exchange).catch((error: unknown) => {
      // The client left while it sent its body: there is nobody to answer.
      if (request.destroyed && !request.complete && !(error instanceof CodedError)) return;
      if (isBug(error)) deps.context.log.error({ err: error, path: exchange.path }, 'A request failed');
      if (response.headersSent) response.destroy();
      else sendError(response, error, answerFormat(request.headers, exchange.query));
    });
  };
}

/** Undefined when the path is not even well-formed. */
function openExchange(request: IncomingMessage, response: ServerResponse): Exchange | undefined {
  // RFC 9112 §3.2.2: a target in absolute form names the server again.
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const [rawPath = ''] = target.split('?', 1);
  const path = decodePath(rawPath);
  if (path === undefined || !path.startsWith('/')) return undefined;
  const sentId = request.headers['audit-id'];
  const isUsable = typeof sentId === 'string' && AUDIT_ID.test(sentId);
  response.setHeader('audit-id', isUsable ? sentId : randomUUID());
  return { request, response, path, query: parseQuery(target.slice(rawPath.length + 1)) };
}

async function answer(deps: ApiHandlerDeps, exchange: Exchange): Promise<void> {
  const { response, path } = exchange;
  const user = userOf(deps, exchange);
  if (OPEN_PATHS.has(path) && answerHealth(deps.health, exchange, response)) return;
  authorize(deps, user, exchange);
  const target = findTarget(deps.context.kinds, path);
  if (target !== undefined) {
    await answerResource(deps, { ...exchange, user, target });
    return;
  }
  if (answerHealth(deps.health, exchange, response)) return;
  if (path === '/metrics') await sendMetrics(deps.registry, response);
  else await sendDocument(deps, exchange);
}

/** Who sends the request, or whom the sender wants to be for it and may be. @throws StatusError Unauthorized, Forbidden. */
function userOf({ authenticate, context }: ApiHandlerDeps, { request, path, query }: Exchange): UserInfo {
  const requester = authenticate(request.headers);
  if (!hasImpersonation(request.headers)) return requester;
  const wanted = wantedUser(request.headersDistinct);
  if (wanted === undefined) return requester;
  const access = requestedAccess(request.method ?? 'GET', path, query);
  return impersonate({ authorize: context.authorize, requester, wanted, access });
}

/** @throws StatusError Forbidden. */
function authorize({ context }: ApiHandlerDeps, user: UserInfo, { request, path, query }: Exchange): void {
  const attributes = { user, ...requestedAccess(request.method ?? 'GET', path, query) };
  const { isAllowed, reason } = context.authorize(attributes);
  if (!isAllowed) throw forbiddenAccess(attributes, reason);
}

async function sendMetrics(registry: Registry, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await registry.metrics());
  sendBytes(response, { code: 200, body, contentType: registry.contentType });
}

async function sendDocument(deps: ApiHandlerDeps, { request, response, path, query }: Exchange): Promise<void> {
  const { accept = '' } = request.headers;
  const protobuf = deps.documents.findProtobuf(path, accept);
  if (protobuf !== undefined && request.method === 'GET') {
    sendBytes(response, { code: 200, body: protobuf.bytes, contentType: protobuf.contentType });
    return;
  }
  const document = deps.documents.find(path.replace(/(.)\/+$/, '$1'), accept);
  if (document === undefined) {
    if (isBuiltInPath(deps.context.kinds, path)) throw pathNotFound();
    sendText(response, 404, '404 page not found\n');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  if (isKept({ request, response, path, query }, document)) return;
  const format = answerFormat(request.headers, query);
  const mediaType = document.contentType === 'application/json' ? format.mediaType : document.contentType;
  await sendReply(response, { code: 200, body: document.text }, { ...format, mediaType });
}

/** Answers requests for a document that the client has (304) or whose hash is an old one (301). True when it did. */
function isKept({ request, response, path, query }: Exchange, { hash, isPublic }: FoundDocument): boolean {
  if (hash === undefined) return false;
  const etag = `"${hash}"`;
  const wanted = path.startsWith('/openapi/v3/') ? query.get('hash') : null;
  response.setHeader('etag', etag);
  response.setHeader('vary', 'Accept');
  if (isPublic) response.setHeader('cache-control', 'public');
  else if (wanted === hash) response.setHeader('cache-control', 'public, immutable');
  const isOld = wanted !== null && wanted !== hash;
  if (isOld) response.setHeader('location', `${path}?hash=${hash}`);
  if (!isOld && request.headers['if-none-match'] !== etag) return false;
  response.statusCode = isOld ? 301 : 304;
  response.end();
  return true;
}

/**
 * Only what nobody foresaw, and a store that cannot store, belongs in the log. Some mistakes of clients are 500 on
 * kube-apiserver and so here: a StatusError, or one without a known reason, was meant as the answer.
 */
function isBug(error: unknown): boolean {
  if (!(error instanceof CodedError)) return true;
  const isMeant = error instanceof StatusError || error.code === 'Unknown';
  return error.status === 500 && !isMeant;
}
