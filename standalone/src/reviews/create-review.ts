import { checkFields } from '../request/field-validation.ts';
import type { ApiContext } from '../request/api-context.ts';
import { fieldManager } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { sentObject } from '../request/sent-object.ts';
import { assertWriteOptions } from '../request/write-options.ts';
import { updateManagedFields } from '../schema/index.ts';
import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { methodNotAllowed, StatusError } from '../status/status-error.ts';
import { render } from '../verbs/create.ts';
import { reviewAccess } from './review-access.ts';
import { reviewRules } from './review-rules.ts';
import { reviewSelf } from './review-self.ts';
import { reviewToken } from './review-token.ts';

/** Answers a question: the object as it was sent, with its status. */
export type Review = (context: ApiContext, request: ResourceRequest, question: ApiObject) => ApiObject;

/** Answers by kind. */
const REVIEWS: Readonly<Record<string, Review>> = {
  SubjectAccessReview: reviewAccess,
  LocalSubjectAccessReview: reviewAccess,
  SelfSubjectAccessReview: reviewAccess,
  SelfSubjectRulesReview: reviewRules,
  SelfSubjectReview: reviewSelf,
  TokenReview: reviewToken,
};

/** True for a kind whose objects are answered and not stored. */
export function isQuestion({ isCustomResource, verbs }: Pick<CompiledKind, 'isCustomResource' | 'verbs'>): boolean {
  return !isCustomResource && verbs.length === 1 && verbs[0] === 'create';
}

/** POST of a question that is answered and not stored. @throws StatusError. */
export function createReview(context: ApiContext, request: ResourceRequest): Reply {
  const { kind, path } = request;
  const review = REVIEWS[kind.resource.kind];
  if (review === undefined) throw new Error(`nobody answers a ${kind.resource.kind}`);
  if (kind.resource.namespaced && path.namespace === '') throw methodNotAllowed();
  const question = readQuestion(context, request, '');
  const { status: _status, ...asked } = question;
  return { code: 201, body: render(context, request, review(context, request, asked)) };
}

/** The question in a body, checked, with its place and the record of who set what. @throws StatusError. */
export function readQuestion(context: ApiContext, request: ResourceRequest, subresource: string): ApiObject {
  const { kind, path } = request;
  assertWriteOptions(request, 'CreateOptions');
  const sent = sentObject(request);
  if ((sent.metadata.resourceVersion ?? '0') !== '0') {
    throw new StatusError('Unknown', 'resourceVersion should not be set on objects to be created');
  }
  checkFields(request, sent);
  const { managedFields: _managedFields, ...metadata } = sent.metadata;
  const placed = kind.resource.namespaced ? { ...metadata, namespace: path.namespace } : metadata;
  return updateManagedFields({
    next: kind.prepareForCreate({ ...sent, metadata: placed }),
    manager: fieldManager(request),
    kind,
    now: context.clock.now(),
    ...(subresource === '' ? {} : { subresource }),
  });
}
