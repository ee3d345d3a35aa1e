import type { AccessAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../auth/token-store.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import type { ApiObject } from '../schema/index.ts';
import { accessReviewCauses } from './access-review-causes.ts';
import type { AccessReviewSpec } from './access-review-spec.ts';
import { invalidQuestion } from './invalid-question.ts';
import { selectorFaults } from './selector-faults.ts';

/** SubjectAccessReview in its three forms: of anybody, of anybody in one namespace, of the asker. */
export function reviewAccess({ authorize }: ApiContext, request: ResourceRequest, question: ApiObject): ApiObject {
  const { kind, group } = request.kind.resource;
  const causes = accessReviewCauses(kind, question);
  // The kind is left out here, on a cluster too.
  if (causes.length > 0) throw invalidQuestion({ group, kind: '' }, '', causes);
  const spec = question['spec'] as AccessReviewSpec;
  const user = kind === 'SelfSubjectAccessReview' ? request.user : userOf(spec);
  const { isAllowed, reason } = authorize({ user, ...accessOf(spec) });
  const faults = selectorFaults(spec.resourceAttributes);
  const status = {
    allowed: isAllowed,
    ...(reason === '' ? {} : { reason }),
    ...(faults.length === 0 ? {} : { evaluationError: faults.join('; ') }),
  };
  return { ...question, status };
}

function userOf({ user = '', groups = [], uid, extra }: AccessReviewSpec): UserInfo {
  return { name: user, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
}

function accessOf({ resourceAttributes, nonResourceAttributes }: AccessReviewSpec): Omit<AccessAttributes, 'user'> {
  if (resourceAttributes === undefined) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {};
    return { verb, path };
  }
  const { verb = '', group = '', resource = '', namespace = '', name = '', subresource = '' } = resourceAttributes;
  return { verb, path: '', resource: { group, plural: resource, namespace, name, subresource } };
}
