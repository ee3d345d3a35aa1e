import type { ApiContext } from '../request/api-context.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import type { ApiObject } from '../schema/index.ts';
import { badRequest } from '../status/status-error.ts';
import { userInfoOf } from './user-info.ts';

/** TokenReview: whose token it is, and for whom. @throws StatusError BadRequest without a token. */
export function reviewToken({ tokens }: ApiContext, _request: ResourceRequest, question: ApiObject): ApiObject {
  const { token = '', audiences = [] } = (question['spec'] ?? {}) as { token?: string; audiences?: readonly string[] };
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const finding = tokens.find(token, audiences.length === 0 ? tokens.audiences : audiences);
  const status =
    'user' in finding
      ? { authenticated: true, user: userInfoOf(finding.user), audiences: finding.audiences }
      : { user: {}, error: finding.fault };
  return { ...question, status };
}
