import type { ApiObject, CompiledKind } from '../kinds.ts';
import { compileColumn } from '../table/table.ts';
import { defineBuiltin } from './define-builtin.ts';
import { pathSegmentErrors, RBAC_GROUP, RULES } from './rbac-words.ts';
import { ruleCauses } from './role-rules.ts';

/** When a role was made: roles show no age. */
export const CREATED_AT = compileColumn({
  name: 'Created At',
  type: 'string',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the role was made.',
});

/** A role without rules says so. */
export function withRules(role: ApiObject): ApiObject {
  return role['rules'] === undefined ? { ...role, rules: null } : role;
}

/** rbac.authorization.k8s.io/v1 Role: rights within its namespace. */
export function roleKind(): CompiledKind {
  return defineBuiltin({
    group: RBAC_GROUP,
    kind: 'Role',
    plural: 'roles',
    namespaced: true,
    description: 'Rights in one namespace, for bindings to give away.',
    properties: { rules: RULES },
    judgedBy: { type: 'object' },
    struct: { always: { rules: null } },
    canonicalize: withRules,
    columns: [CREATED_AT],
    nameErrors: pathSegmentErrors,
    extraCauses: (role) => ruleCauses(role, true),
  });
}
