import type { CompiledKind } from '../kinds.ts';
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
    columns: [CREATED_AT],
    nameErrors: pathSegmentErrors,
    extraCauses: (role) => ruleCauses(role, true),
  });
}
