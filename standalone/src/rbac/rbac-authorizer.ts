import type { AccessAttributes, Authorize } from '../auth/authorize.ts';
import { goQuote } from '../schema/index.ts';
import type { UserInfo } from '../auth/token-store.ts';
import type { Grant, RbacIndex } from './rbac-index.ts';
import type { PolicyRule } from './rbac-objects.ts';
import { ruleAllows } from './rule-allows.ts';

/** Rules that a user has, and why there may be more. */
export interface UserRules {
  rules: readonly PolicyRule[];
  errors: readonly string[];
}

/** Decides by the roles that are bound to the user and its groups, as kube-apiserver's RBAC does. */
export function rbacAuthorizer(index: RbacIndex): Authorize {
  return (attributes) => {
    const errors: string[] = [];
    for (const grant of index.grantsOf(attributes.user, namespaceOf(attributes))) {
      const rules = index.rulesOf(grant);
      if ('missing' in rules) errors.push(rules.missing);
      else if (rules.some((rule) => ruleAllows(rule, attributes))) {
        return { isAllowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
      }
    }
    return { isAllowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregate(errors)}` };
  };
}

/** Every rule of a user in a namespace. */
export function rulesFor(index: RbacIndex, user: UserInfo, namespace: string): UserRules {
  const rules: PolicyRule[] = [];
  const errors: string[] = [];
  for (const grant of index.grantsOf(user, namespace)) {
    const own = index.rulesOf(grant);
    if ('missing' in own) errors.push(own.missing);
    else rules.push(...own);
  }
  return { rules, errors };
}

/** Several errors as one text; equal ones are told once. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

function namespaceOf({ resource }: AccessAttributes): string {
  return resource?.namespace ?? '';
}

/** Names are told before namespaces here, on a cluster too. */
function describe({ namespace, binding, roleRef, subject }: Grant): string {
  const role = `${roleRef.kind} ${goQuote(roleRef.name)}`;
  const isAccount = subject.kind === 'ServiceAccount';
  const home = subject.namespace === undefined || subject.namespace === '' ? namespace : subject.namespace;
  const who = `${subject.kind} ${goQuote(isAccount ? `${subject.name}/${home}` : subject.name)}`;
  if (namespace === '') return `ClusterRoleBinding ${goQuote(binding)} of ${role} to ${who}`;
  return `RoleBinding ${goQuote(`${binding}/${namespace}`)} of ${role} to ${who}`;
}
