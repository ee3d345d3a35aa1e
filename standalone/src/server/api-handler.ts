import type { IncomingMessage, ServerResponse } from 'node:http';
import { CodedError } from '@nannyapi/process';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Authorize } from '../auth/authorize.ts';
import type { UserInfo } from '../auth/token-store.ts';
import type { CompiledKind } from '../schema/index.ts';
import { create } from '../verbs/create.ts';
import { removeCollection } from '../verbs/delete-collection.ts';
import { remove } from '../verbs/delete.ts';
import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { patch } from '../verbs/patch.ts';
import { update } from '../verbs/update.ts';
import { verbOf } from '../verbs/verb.ts';
import type { Verb } from '../verbs/verb.ts';
import { watch } from '../verbs/watch.ts';
import { sendError, sendJson } from '../request/answer.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { Documents } from './documents.ts';
import { mediaType, readBody } from '../request/read-body.ts';
import { negotiate } from '../request/representation.ts';
import { parseResourcePath } from '../request/request-path.ts';
import type { ResourcePath } from '../request/request-path.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { StatusError } from '../status/status-error.ts';
import { settledAnswer } from '../store/settled-answer.ts';

/** What the handler of the Kubernetes API is made of. */
export interface ApiHandlerDeps {
  context: ApiContext;
  documents: Documents;
  authenticate: Authenticate;
  authorize: Authorize;
  /** Why the server cannot do its work; undefined while it can. */
  findFailure: () => string | undefined;
}

/** Paths that answer without a credential. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/livez']);

type WholeVerb = (context: ApiContext, request: ResourceRequest) => Promise<Reply> | Reply;

/** Every verb but watch, which answers for as long as it likes. */
const VERBS: Readonly<Record<Exclude<Verb, 'watch'>, WholeVerb>> = {
  create,
  get,
  list,
  update,
  patch,
  delete: remove,
  deletecollection: removeCollection,
};

/**
 * Answers requests of the Kubernetes API: health, then who and whether, then documents and resources.
 *
 * Every failure becomes a meta/v1 Status; what is not a {@link StatusError} is a bug, logged once and told as
 * InternalError.
 */
export function apiHandler(deps: ApiHandlerDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(deps, request, response).catch((error: unknown) => {
      // The client left while it sent its body: there is nobody to answer.
      if (request.destroyed && !request.complete && !(error instanceof CodedError)) return;
      if (isBug(error)) deps.context.log.error({ err: error, path: pathOf(request) }, 'A request failed');
      if (response.headersSent) response.destroy();
      else sendError(response, error);
    });
  };
}

async function answer(deps: ApiHandlerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (HEALTH_PATHS.has(path)) {
    sendHealth(response, path === '/livez' ? undefined : deps.findFailure());
    return;
  }
  const user = deps.authenticate(request.headers);
  if (user === undefined) throw new StatusError('Unauthorized', 'Unauthorized');
  const query = new URLSearchParams(request.url?.slice(path.length + 1) ?? '');
  const resourcePath = parseResourcePath(path);
  const kind = resourcePath && deps.context.kinds.find(resourcePath.group, resourcePath.version, resourcePath.plural);
  if (resourcePath === undefined || kind === undefined) {
    sendDocument(deps, { path, user, accept: request.headers.accept ?? '', method: request.method ?? 'GET' }, response);
    return;
  }
  checkPath(kind, resourcePath);
  const verb = verbOf(request.method ?? 'GET', resourcePath, query);
  authorize(deps, { user, verb, path: resourcePath, urlPath: path });
  const resourceRequest: ResourceRequest = {
    method: request.method ?? 'GET',
    kind,
    path: resourcePath,
    query,
    representation: negotiate(request.headers.accept),
    body: request.method === 'GET' ? Buffer.alloc(0) : await readBody(request),
    contentType: mediaType(request.headers['content-type']),
    user,
    userAgent: request.headers['user-agent'] ?? '',
  };
  if (verb === 'watch') watch(deps.context, resourceRequest, response);
  else sendJson(response, await reply(deps.context, verb, resourceRequest));
}

/** Reads show what is on disk; a write's refusal waits until what it rests on is. */
async function reply(context: ApiContext, verb: Exclude<Verb, 'watch'>, request: ResourceRequest): Promise<Reply> {
  if (verb === 'get' || verb === 'list') return await VERBS[verb](context, request);
  const isDryRun = request.query.has('dryRun');
  return await settledAnswer(context.store, () => VERBS[verb](context, request), isDryRun);
}

function authorize(
  deps: ApiHandlerDeps,
  wanted: { user: UserInfo; verb: Verb; path: ResourcePath; urlPath: string },
): void {
  const { user, verb, path, urlPath } = wanted;
  const { isAllowed, reason } = deps.authorize({ user, verb, resource: path, path: urlPath });
  if (isAllowed) return;
  const resource = path.group === '' ? path.plural : `${path.plural}.${path.group}`;
  throw new StatusError(
    'Forbidden',
    `${resource} ${JSON.stringify(path.name)} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource: ${reason}`,
    { name: path.name, group: path.group, kind: path.plural },
  );
}

/** A namespaced object has a namespace in its path, a cluster-scoped one has none; only `status` lies below an object. */
function checkPath(kind: CompiledKind, path: ResourcePath): void {
  const isMisplaced = kind.resource.namespaced ? path.name !== '' && path.namespace === '' : path.namespace !== '';
  const hasUnknownPart = path.subresource !== '' && !(path.subresource === 'status' && kind.hasStatus);
  if (isMisplaced || hasUnknownPart) throw pathNotFound();
}

function sendDocument(
  deps: ApiHandlerDeps,
  wanted: { path: string; user: UserInfo; accept: string; method: string },
  response: ServerResponse,
): void {
  const { isAllowed } = deps.authorize({ user: wanted.user, verb: 'get', path: wanted.path });
  if (!isAllowed)
    throw new StatusError('Forbidden', `forbidden: User ${JSON.stringify(wanted.user.name)} cannot get path`);
  const path = wanted.path.length > 1 && wanted.path.endsWith('/') ? wanted.path.slice(0, -1) : wanted.path;
  const document = deps.documents.find(path, wanted.accept);
  if (document === undefined) throw pathNotFound();
  if (wanted.method !== 'GET' && wanted.method !== 'HEAD') {
    throw new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  sendJson(response, { code: 200, body: document.text }, document.contentType);
}

function sendHealth(response: ServerResponse, failure: string | undefined): void {
  response.writeHead(failure === undefined ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(failure ?? 'ok');
}

function pathNotFound(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource');
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

/** Refusals are answers; only what nobody foresaw, and a store that cannot store, belongs in the log. */
function isBug(error: unknown): boolean {
  return !(error instanceof CodedError) || error.status === 500;
}
