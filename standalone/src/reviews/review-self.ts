import { toTime } from '../objects/initial-object.ts';
import type { ApiContext } from '../request/api-context.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import type { ApiObject } from '../schema/index.ts';
import { userInfoOf } from './user-info.ts';

/** SelfSubjectReview: who the asker is to this server. */
export function reviewSelf({ clock }: ApiContext, { user }: ResourceRequest, question: ApiObject): ApiObject {
  return {
    apiVersion: question.apiVersion,
    kind: question.kind,
    metadata: { creationTimestamp: toTime(clock.now()) },
    status: { userInfo: userInfoOf(user) },
  };
}
