import type { UserInfo } from '../auth/token-store.ts';

/** A user as authentication.k8s.io/v1 UserInfo. */
export function userInfoOf({ name, uid = '', groups, extra = {} }: UserInfo): object {
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
