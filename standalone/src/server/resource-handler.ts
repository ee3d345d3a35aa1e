import type { ServerResponse } from 'node:http';
import type { UserInfo } from '../auth/token-store.ts';
import { createReview, isQuestion } from '../reviews/create-review.ts';
import { requestToken } from '../service-accounts/request-token.ts';
import { answerFormat } from '../request/answer-format.ts';
import { sendReply, setWarnings } from '../request/answer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { mediaType, readBody } from '../request/read-body.ts';
import { negotiate } from '../request/representation-choice.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { StatusError } from '../status/status-error.ts';
import { settledAnswer } from '../store/settled-answer.ts';
import { create } from '../verbs/create.ts';
import { removeCollection } from '../verbs/delete-collection.ts';
import { remove } from '../verbs/delete.ts';
import { get } from '../verbs/get.ts';
import { list } from '../verbs/list.ts';
import { patch } from '../verbs/patch.ts';
import { getScale, patchScale, updateScale } from '../verbs/scale.ts';
import { update } from '../verbs/update.ts';
import { verbOf } from '../verbs/verb.ts';
import type { Verb } from '../verbs/verb.ts';
import { watch } from '../verbs/watch.ts';
import type { ApiMetrics } from './api-metrics.ts';
import type { Exchange } from './exchange.ts';
import { checkTarget } from './resource-target.ts';
import type { ResourceTarget } from './resource-target.ts';

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

/** The same for the subresource scale, which has no others. */
const SCALE_VERBS: Partial<typeof VERBS> = { get: getScale, update: updateScale, patch: patchScale };

/** What answers requests to resources. */
export interface ResourceHandlerDeps {
  context: ApiContext;
  metrics: ApiMetrics;
}

/** A request to a resource, from somebody who may make it. */
export interface ResourceExchange extends Exchange {
  user: UserInfo;
  target: ResourceTarget;
}

/** Answers a request to a resource. @throws StatusError, CodedError. */
export async function answerResource(deps: ResourceHandlerDeps, exchange: ResourceExchange): Promise<void> {
  const { request, response, query, target } = exchange;
  const method = request.method ?? 'GET';
  checkTarget(target);
  const verb = verbOf(method, target, query);
  deps.metrics.observe({ verb, target, isDryRun: query.get('dryRun') === 'All' }, response);
  const { representation, mediaType: answerType } = negotiate(request.headers.accept);
  const resourceRequest: ResourceRequest = {
    method,
    ...target,
    query,
    representation,
    body: method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : await readBody(request),
    contentType: mediaType(request.headers['content-type']),
    user: exchange.user,
    userAgent: request.headers['user-agent'] ?? '',
    warnings: target.kind.deprecation === undefined ? [] : [target.kind.deprecation],
  };
  if (verb !== 'watch') {
    const reply = await replyOrWarn(deps.context, verb, resourceRequest, response);
    const warnings = [...resourceRequest.warnings, ...(reply.warnings ?? [])];
    await sendReply(response, { ...reply, warnings }, answerFormat(request.headers, query));
    return;
  }
  if (answerType !== 'application/json' || representation === 'PartialObjectMetadataList') {
    throw new StatusError('NotAcceptable', 'only the following media types are accepted: application/json');
  }
  watch(deps.context, resourceRequest, response);
}

/** The reply; what there was to warn of is told with a refusal too. */
async function replyOrWarn(
  context: ApiContext,
  verb: Exclude<Verb, 'watch'>,
  request: ResourceRequest,
  response: ServerResponse,
): Promise<Reply> {
  try {
    return await replyTo(context, verb, request);
  } catch (error) {
    setWarnings(response, request.warnings);
    throw error;
  }
}

/** Reads show what is on disk; the refusal of a write waits until what it rests on is. */
async function replyTo(context: ApiContext, verb: Exclude<Verb, 'watch'>, request: ResourceRequest): Promise<Reply> {
  const { subresource } = request.path;
  if (subresource === 'token') return requestToken(context, request);
  if (isQuestion(request.kind)) return createReview(context, request);
  const answer = (subresource === 'scale' ? SCALE_VERBS[verb] : undefined) ?? VERBS[verb];
  if (verb === 'get' || verb === 'list') return await answer(context, request);
  return await settledAnswer(context.store, () => answer(context, request), request.query.has('dryRun'));
}
