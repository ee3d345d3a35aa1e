import { ApiError } from '../http/api-error.ts';
import type { Principal } from './principal.ts';

/** Names with this prefix are the cluster's own. */
export const SYSTEM_PREFIX = 'system:';

/**
 * Refuses a person of our own login who would be somebody of the cluster.
 *
 * The login never makes such names; this is the second lock before rights are asked for. Whom the API server itself
 * knows (TokenReview) may well be a `system:serviceaccount:…`.
 *
 * @throws ApiError `Forbidden`.
 */
export function requireOwnNames(principal: Principal): void {
  if (principal.kind !== 'user' || principal.provider === undefined) return;
  if ([principal.name, ...principal.groups].some((name) => name.startsWith(SYSTEM_PREFIX)))
    throw new ApiError('Forbidden', `Names that begin with ${SYSTEM_PREFIX} are not given by a login`);
}
