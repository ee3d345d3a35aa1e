import type { ApiObject, CompiledKind } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import type { CompiledColumn } from '../table/table.ts';
import { bindingCauses, withSubjectGroups } from './binding-rules.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { pathSegmentErrors, RBAC_GROUP, ROLE_REF, SUBJECTS } from './rbac-words.ts';

type Fields = Record<string, unknown>;

function column(name: string, priority: number, cell: (binding: ApiObject) => string): CompiledColumn {
  const description = priority === 0 ? 'The role that is given.' : `${name} in the binding.`;
  return { definition: { name, type: 'string', format: '', description, priority }, cell };
}

function subjectsOf(binding: ApiObject, kind: string, text: (subject: Fields) => string): string {
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'].filter(isJsonObject) : [];
  return subjects
    .filter((subject) => subject['kind'] === kind)
    .map(text)
    .join(', ');
}

const nameOf = ({ name }: Fields): string => String(name);

const COLUMNS: readonly CompiledColumn[] = [
  column('Role', 0, ({ roleRef }) => {
    const { kind, name } = roleRef as Fields;
    return `${String(kind)}/${String(name)}`;
  }),
  AGE,
  column('Users', 1, (binding) => subjectsOf(binding, 'User', nameOf)),
  column('Groups', 1, (binding) => subjectsOf(binding, 'Group', nameOf)),
  column('ServiceAccounts', 1, (binding) =>
    subjectsOf(binding, 'ServiceAccount', ({ namespace = '', name }) => `${String(namespace)}/${String(name)}`),
  ),
];

/** rbac.authorization.k8s.io/v1 RoleBinding: gives a Role or a ClusterRole in its namespace. */
export function roleBindingKind(): CompiledKind {
  return bindingKind({
    kind: 'RoleBinding',
    plural: 'rolebindings',
    namespaced: true,
    description: 'Gives a role to some subjects, in one namespace.',
  });
}

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding: gives a ClusterRole everywhere. */
export function clusterRoleBindingKind(): CompiledKind {
  return bindingKind({
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    description: 'Gives a ClusterRole to some subjects, everywhere.',
  });
}

function bindingKind(words: { kind: string; plural: string; namespaced: boolean; description: string }): CompiledKind {
  return defineBuiltin({
    ...words,
    group: RBAC_GROUP,
    properties: { subjects: SUBJECTS, roleRef: ROLE_REF },
    required: ['roleRef'],
    judgedBy: { type: 'object' },
    struct: { always: { roleRef: { apiGroup: '', kind: '', name: '' } } },
    columns: COLUMNS,
    nameErrors: pathSegmentErrors,
    canonicalize: withSubjectGroups,
    extraCauses: (binding, old) => bindingCauses(binding, old, words.namespaced),
  });
}
