import { createHash } from 'node:crypto';
import { errorMessage, type Clock } from '@nannyapi/process';
import { BoundedMap, type KubeClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import type { Access, Authorizer } from './authorizer.ts';
import type { UserPrincipal } from './principal.ts';

/** Where SubjectAccessReviews are created. */
const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
/** How long an answer holds; a right that is taken away ends within that time. */
export const ANSWER_MS = 5_000;
const MAX_ANSWERS = 5_000;
const REVIEW_DEADLINE_MS = 10_000;

/** The API group of each resource that is not ours. */
const GROUPS: Partial<Record<Access['resource'], string>> = { nodes: '', pods: '' };

/**
 * Asks the cluster what a person may do (SubjectAccessReview), so that its RBAC stays the one authority.
 *
 * An answer is kept for a few seconds: a page that loads asks the same thing many times.
 */
export function createSubjectAccessReviewAuthorizer(deps: { client: KubeClient; clock: Clock }): Authorizer {
  const { client, clock } = deps;
  const answers = new BoundedMap<{ isAllowed: boolean; askedMs: number }>(MAX_ANSWERS);
  return {
    authorize: async (principal, access) => {
      const spec = reviewOf(principal, access);
      const key = createHash('sha256').update(JSON.stringify(spec)).digest('base64url');
      const askedMs = clock.monotonicMs();
      const known = answers.get(key);
      if (known && askedMs - known.askedMs < ANSWER_MS) return known.isAllowed;
      const isAllowed = await ask(client, spec);
      answers.set(key, { isAllowed, askedMs });
      return isAllowed;
    },
  };
}

/** `spec` of authorization.k8s.io/v1 SubjectAccessReview. */
function reviewOf({ name, uid, groups, extra }: UserPrincipal, access: Access): object {
  const { verb, resource, namespace } = access;
  // As the API server itself asks: no rule can name an object that is not there yet.
  const objectName = verb === 'create' ? undefined : access.name;
  const question =
    resource === 'metrics'
      ? { nonResourceAttributes: { path: '/metrics', verb } }
      : {
          resourceAttributes: { group: GROUPS[resource] ?? 'nannyai.dev', resource, verb, namespace, name: objectName },
        };
  return { user: name, uid, groups, extra, ...question };
}

/** @throws ApiError `Unavailable` when the API server cannot be asked: neither yes nor no. */
async function ask(client: KubeClient, spec: object): Promise<boolean> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  try {
    const answer = await client.raw('POST', PATH, review, { deadlineMs: REVIEW_DEADLINE_MS });
    const { status } = answer as { status?: { allowed?: boolean; denied?: boolean } };
    return status?.allowed === true && status.denied !== true;
  } catch (cause) {
    throw new ApiError('Unavailable', `The rights could not be asked for: ${errorMessage(cause)}`, {
      cause,
      retryAfterSeconds: 3,
      publicDetail: 'The API server cannot be asked what you may do at the moment. Ask again in a while.',
    });
  }
}
