import type { UserInfo } from '../auth/token-store.ts';
import type { AccountClaims } from './account-jwt.ts';

const PREFIX = 'system:serviceaccount:';
const EXTRA = 'authentication.kubernetes.io/';

/** Name of a ServiceAccount's user. */
export function accountUserName(namespace: string, name: string): string {
  return `${PREFIX}${namespace}:${name}`;
}

/** Groups that every ServiceAccount of a namespace is in. */
export function accountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The account that a user name means; undefined when it means none. */
export function accountOfUser(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(PREFIX)) return undefined;
  const [namespace = '', name = '', ...more] = userName.slice(PREFIX.length).split(':');
  return more.length > 0 || !DNS_LABEL.test(namespace) || !DNS_SUBDOMAIN.test(name) ? undefined : { namespace, name };
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The user of a token. */
export function userOfToken(claims: AccountClaims): UserInfo {
  const { namespace, serviceaccount, node } = claims['kubernetes.io'];
  return {
    name: accountUserName(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: accountGroups(namespace),
    extra: {
      [`${EXTRA}credential-id`]: [`JTI=${claims.jti}`],
      ...(node === undefined ? {} : { [`${EXTRA}node-name`]: [node.name], [`${EXTRA}node-uid`]: [node.uid] }),
    },
  };
}
