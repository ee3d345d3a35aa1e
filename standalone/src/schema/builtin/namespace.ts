import type { ApiObject, CompiledKind } from '../kinds.ts';
import { dns1123LabelErrors } from '../metadata/names.ts';
import { compileColumn } from '../table/table.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { anything, listOf, mapListOf, object, text } from './schema-words.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A namespace is Active from the start and carries its own name as a label, for selectors. */
function withNameLabel(namespace: ApiObject): ApiObject {
  const { name } = namespace.metadata;
  if (name === undefined || namespace.metadata.labels?.[NAME_LABEL] === name) return namespace;
  return {
    ...namespace,
    metadata: { ...namespace.metadata, labels: { ...namespace.metadata.labels, [NAME_LABEL]: name } },
  };
}

/** core/v1 Namespace. */
export function namespaceKind(): CompiledKind {
  return defineBuiltin({
    kind: 'Namespace',
    plural: 'namespaces',
    namespaced: false,
    shortNames: ['ns'],
    // Namespaces are deleted one by one.
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    description: 'A space for names: objects in it are told apart by name, and go when it goes.',
    properties: {
      spec: object('How the namespace behaves.', {
        finalizers: listOf('Who must empty the namespace before it may go.', { type: 'string' }),
      }),
      status: object('Where the namespace stands.', {
        phase: { ...text('Active, or Terminating while it is emptied.'), default: 'Active' },
        conditions: mapListOf('What holds deletion up.', anything('A condition.'), ['type']),
      }),
    },
    hasStatus: true,
    struct: { always: { spec: {}, status: {} } },
    columns: [
      compileColumn({
        name: 'Status',
        type: 'string',
        jsonPath: '.status.phase',
        description: 'Active or Terminating.',
      }),
      AGE,
    ],
    selectable: ['status.phase'],
    nameErrors: dns1123LabelErrors,
    canonicalize: withNameLabel,
  });
}
