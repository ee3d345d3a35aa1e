import type { CompiledKind } from '../kinds.ts';
import { tokenRequestKind } from './authentication-kinds.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { flag, listOf, mapListOf, object, objectReference, text } from './schema-words.ts';

/** core/v1 ServiceAccount. */
export function serviceAccountKind(): CompiledKind {
  return defineBuiltin({
    kind: 'ServiceAccount',
    plural: 'serviceaccounts',
    namespaced: true,
    shortNames: ['sa'],
    description: 'An identity for programs.',
    properties: {
      automountServiceAccountToken: flag('Whether pods of the account get its token.'),
      imagePullSecrets: listOf('Secrets for pulling images.', object('A secret by name.', { name: text('Name.') })),
      secrets: mapListOf('Secrets that pods of the account may use.', objectReference('A secret.'), ['name']),
    },
    tokenKind: tokenRequestKind(),
    judgedBy: { type: 'object' },
    struct: { pointers: ['automountServiceAccountToken'] },
    columns: [AGE],
  });
}
