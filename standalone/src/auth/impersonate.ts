import { accountGroups, accountOfUser } from '../service-accounts/account-user.ts';
import { ANONYMOUS, AUTHENTICATED_GROUP, UNAUTHENTICATED_GROUP } from './authenticate.ts';
import { MASTERS_GROUP } from './authorize.ts';
import type { AccessAttributes, Authorize } from './authorize.ts';
import { forbiddenAccess } from './forbidden-access.ts';
import { extraFault } from './impersonated-extra.ts';
import type { WantedUser } from './impersonation-headers.ts';
import type { RequestedAccess } from './requested-access.ts';
import type { UserInfo } from './token-store.ts';

const GROUP = 'authentication.k8s.io';
const NODE_PREFIX = 'system:node:';
const NODE_GROUP = 'system:nodes';
const NODE_NAME = 'authentication.kubernetes.io/node-name';
/** From so many on, one right for all of them is asked for first. */
const MANY = 4;

/** Who wants to be whom, to do what. */
export interface Impersonation {
  authorize: Authorize;
  requester: UserInfo;
  wanted: WantedUser;
  access: RequestedAccess;
}

/** A way to become somebody: `impersonate:MODE` says whom, `impersonate-on:MODE:VERB` for which requests (KEP-5284). */
interface Mode {
  name: 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info';
  fits: (wanted: WantedUser, requester: UserInfo) => boolean;
}

const MODES: readonly Mode[] = [
  {
    name: 'associated-node',
    fits: (wanted, { name, extra }) =>
      isPlain(wanted) &&
      nodeOf(wanted.name) !== undefined &&
      accountOfUser(name) !== undefined &&
      extra?.[NODE_NAME]?.join() === nodeOf(wanted.name),
  },
  { name: 'arbitrary-node', fits: (wanted) => isPlain(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', fits: (wanted) => isPlain(wanted) && accountOfUser(wanted.name) !== undefined },
  {
    name: 'user-info',
    fits: ({ name }) => nodeOf(name) === undefined && accountOfUser(name) === undefined,
  },
];

/**
 * The user that a request is made as, when its sender may be that user: by one of the constrained modes for this very
 * request, or by the old verb `impersonate` for every request.
 *
 * @throws StatusError Forbidden with the first right that lacks.
 */
export function impersonate(impersonation: Impersonation): UserInfo {
  const { wanted, requester } = impersonation;
  let first: unknown;
  for (const mode of [...MODES.filter(({ fits }) => fits(wanted, requester)), undefined]) {
    try {
      if (mode !== undefined) assertMayActOn(impersonation, mode);
      return become(impersonation, mode);
    } catch (error) {
      // Another way may be open; the first refusal is the one that is told.
      first ??= error;
    }
  }
  throw first;
}

function assertMayActOn({ authorize, requester, access }: Impersonation, mode: Mode): void {
  assertAllowed(authorize, { ...access, user: requester, verb: `impersonate-on:${mode.name}:${access.verb}` });
}

/** All that is wanted, right by right; without a mode by the verb `impersonate`. */
function become({ authorize, requester, wanted }: Impersonation, mode: Mode | undefined): UserInfo {
  const verb = mode === undefined ? 'impersonate' : `impersonate:${mode.name}`;
  const may = (plural: string, name: string, place: Partial<NonNullable<AccessAttributes['resource']>> = {}): void => {
    const resource = { group: GROUP, plural, namespace: '', name, subresource: '', ...place };
    assertAllowed(authorize, { user: requester, verb, resource, path: '' });
  };
  const group = mode === undefined ? '' : GROUP;
  const account = accountOfUser(wanted.name);
  const node = mode === undefined ? undefined : nodeOf(wanted.name);
  if (account !== undefined) may('serviceaccounts', account.name, { group, namespace: account.namespace });
  // The right to be one's own node is not a right to one node: it holds wherever the account runs.
  else if (node !== undefined) may('nodes', mode?.name === 'associated-node' ? '*' : node);
  else may('users', wanted.name, { group });
  if (wanted.uid !== '') may('uids', wanted.uid);
  assertGroups(wanted.groups, {
    isConstrained: mode !== undefined,
    may: (name) => may('groups', name, { group }),
    requester,
    verb,
  });
  assertExtra(wanted.extra, {
    isConstrained: mode !== undefined,
    may: (key, value) => may('userextras', value, { subresource: key }),
    requester,
    verb,
  });
  const fixed = node === undefined ? account && accountGroups(account.namespace) : [NODE_GROUP];
  const groups = wanted.groups.length > 0 || fixed === undefined ? wanted.groups : fixed;
  return { ...wanted, groups: withStanding(wanted.name, groups) };
}

interface Limits {
  isConstrained: boolean;
  requester: UserInfo;
  verb: string;
}

function assertGroups(groups: readonly string[], limits: Limits & { may: (group: string) => void }): void {
  const { isConstrained, may } = limits;
  if (isConstrained && groups.includes('')) {
    throw refused(limits, 'groups', '', 'impersonating the empty string group is not allowed');
  }
  if (isConstrained && groups.includes(MASTERS_GROUP)) {
    throw refused(limits, 'groups', MASTERS_GROUP, 'impersonating the system:masters group is not allowed');
  }
  if (isConstrained && groups.length >= MANY && isAllowed(() => may('*'))) return;
  for (const group of groups) may(group);
}

function assertExtra(extra: WantedUser['extra'], limits: Limits & { may: (key: string, value: string) => void }): void {
  const { isConstrained, may } = limits;
  const fault = isConstrained ? extraFault(extra) : undefined;
  if (fault !== undefined) throw refused(limits, 'userextras', '', fault);
  const pairs = Object.entries(extra).flatMap(([key, values]) => values.map((value) => [key, value] as const));
  if (isConstrained && pairs.length >= MANY && isAllowed(() => may('*', '*'))) return;
  for (const [key, value] of pairs) may(key, value);
}

function refused({ requester, verb }: Limits, plural: string, name: string, why: string): Error {
  const resource = { group: GROUP, plural, namespace: '', name, subresource: '' };
  return forbiddenAccess({ user: requester, verb, resource, path: '' }, why);
}

function assertAllowed(authorize: Authorize, attributes: AccessAttributes): void {
  const { isAllowed: may, reason } = authorize(attributes);
  if (!may) throw forbiddenAccess(attributes, reason);
}

function isAllowed(assert: () => void): boolean {
  try {
    assert();
    return true;
  } catch {
    // The rights one by one may do.
    return false;
  }
}

/** Everybody is either known or not. */
function withStanding(name: string, groups: readonly string[]): string[] {
  const isAnonymous = name === ANONYMOUS.name;
  const standing = isAnonymous ? UNAUTHENTICATED_GROUP : AUTHENTICATED_GROUP;
  const isSaid = groups.includes(standing) || (!isAnonymous && groups.includes(UNAUTHENTICATED_GROUP));
  return isSaid ? [...groups] : [...groups, standing];
}

function isPlain({ uid, groups, extra }: WantedUser): boolean {
  return uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
}

function nodeOf(userName: string): string | undefined {
  if (!userName.startsWith(NODE_PREFIX)) return undefined;
  const name = userName.slice(NODE_PREFIX.length);
  return /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name) ? name : undefined;
}
