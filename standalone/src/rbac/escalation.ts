import { isDeepStrictEqual } from 'node:util';
import type { Authorize } from '../auth/authorize.ts';
import type { UserInfo } from '../auth/token-store.ts';
import type { PendingWrite } from '../objects/write-guard.ts';
import type { ResourcePath } from '../request/request-path.ts';
import { goQuote } from '../schema/index.ts';
import type { ApiObject } from '../schema/index.ts';
import { forbidden, notFound, StatusError } from '../status/status-error.ts';
import { compacted, describeRule, quotedList, uncovered } from './covers.ts';
import { aggregate, rulesFor } from './rbac-authorizer.ts';
import type { RbacIndex } from './rbac-index.ts';
import { RBAC_GROUP } from './rbac-objects.ts';
import type { PolicyRule, RoleRef } from './rbac-objects.ts';

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/** What the checks look at. */
export interface EscalationDeps {
  index: RbacIndex;
  authorize: Authorize;
}

/** Who writes what. */
export interface RbacWrite extends PendingWrite {
  user: UserInfo;
  path: ResourcePath;
}

/**
 * Keeps people from giving away rights that they do not have, by a role or by a binding. The verbs `escalate` on a role
 * and `bind` on the role that is bound lift it, and members of `system:masters` are free.
 *
 * @throws StatusError Forbidden with the rights that lack, NotFound for a role that does not exist.
 */
export function assertNoEscalation(deps: EscalationDeps, write: RbacWrite): void {
  const { path, object, oldObject, user } = write;
  if (path.group !== RBAC_GROUP || object === undefined || user.groups.includes('system:masters')) return;
  if (oldObject !== undefined && changesNothingButOwners(object, oldObject)) return;
  if (path.plural === 'roles' || path.plural === 'clusterroles') assertRole(deps, write, object);
  else assertBinding(deps, write, object);
}

function assertRole(deps: EscalationDeps, write: RbacWrite, role: ApiObject): void {
  const { user, path, oldObject } = write;
  // The path of a create has no name.
  if (may(deps, { user, path, verb: 'escalate', name: path.name, plural: path.plural })) return;
  assertHeld(deps, write, (role['rules'] ?? []) as PolicyRule[]);
  if (![role, oldObject].some(hasAggregation)) return;
  const { rules } = rulesFor(deps.index, user, path.namespace);
  if (uncovered(rules, FULL_AUTHORITY).length === 0) return;
  throw refusal(write, 'must have cluster-admin privileges to use the aggregationRule');
}

function assertBinding(deps: EscalationDeps, write: RbacWrite, binding: ApiObject): void {
  const { user, path } = write;
  const roleRef = binding['roleRef'] as RoleRef;
  if (roleRef.kind !== 'Role' && roleRef.kind !== 'ClusterRole') {
    throw new StatusError('Unknown', `unsupported role reference kind: ${goQuote(roleRef.kind)}`);
  }
  const plural = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (may(deps, { user, path, verb: 'bind', name: roleRef.name, plural })) return;
  const rules = deps.index.rulesOf({ namespace: path.namespace, roleRef });
  // kube-apiserver takes what it did not find for what it was asked to write.
  if ('missing' in rules) throw notFound(path, roleRef.name);
  assertHeld(deps, write, rules);
}

function assertHeld(deps: EscalationDeps, write: RbacWrite, wanted: readonly PolicyRule[]): void {
  const { user, path } = write;
  const { rules, errors } = rulesFor(deps.index, user, path.namespace);
  const missing = uncovered(rules, wanted);
  if (missing.length === 0) return;
  const lines = [...new Set(compacted(missing).map(describeRule))].sort();
  const who = `user ${goQuote(user.name)} (groups=${quotedList(user.groups)})`;
  const more = errors.length === 0 ? '' : `; resolution errors: ${aggregate(errors)}`;
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${more}`;
  throw refusal(write, why);
}

function refusal({ path, object }: RbacWrite, why: string): StatusError {
  return forbidden(path, object?.metadata.name ?? '', why);
}

function may(
  { authorize }: EscalationDeps,
  asked: { user: UserInfo; path: ResourcePath; verb: string; name: string; plural: string },
): boolean {
  const { user, path, verb, name, plural } = asked;
  const resource = { group: RBAC_GROUP, plural, namespace: path.namespace, name, subresource: '' };
  return authorize({ user, verb, resource, path: '' }).isAllowed;
}

function hasAggregation(role: ApiObject | undefined): boolean {
  const rule = role?.['aggregationRule'] as { clusterRoleSelectors?: readonly unknown[] } | undefined;
  return (rule?.clusterRoleSelectors ?? []).length > 0;
}

/** Owners and finalizers are what the garbage collector writes. */
function changesNothingButOwners(next: ApiObject, live: ApiObject): boolean {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, ...metadata } = next.metadata;
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...liveMetadata } = live.metadata;
  return isDeepStrictEqual({ ...next, metadata }, { ...live, metadata: liveMetadata });
}
