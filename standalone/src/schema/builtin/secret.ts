import type { ApiObject, CompiledKind } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { compileColumn } from '../table/table.ts';
import { countColumn } from './config-map.ts';
import { dataCauses } from './data-rules.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { flag, text, textMap } from './schema-words.ts';
import { secretCauses } from './secret-types.ts';

/** Folds `stringData` into `data` and drops it: it can be written, never read. */
function foldStringData(secret: ApiObject): ApiObject {
  const { stringData, ...rest } = secret;
  if (!isJsonObject(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(typeof value === 'string' ? value : '').toString('base64'),
  ]);
  const data = isJsonObject(rest['data']) ? rest['data'] : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } };
}

/** core/v1 Secret. */
export function secretKind(): CompiledKind {
  return defineBuiltin({
    kind: 'Secret',
    plural: 'secrets',
    namespaced: true,
    description: 'Small secret values as keys and base64 values.',
    properties: {
      data: {
        type: 'object',
        description: 'Entries as base64.',
        additionalProperties: { type: 'string', format: 'byte' },
      },
      stringData: textMap('Entries as text, for writing only; they win over data.'),
      type: { ...text('What the secret is for, so that programs find theirs.'), default: 'Opaque' },
      immutable: flag('True: the data can never change again.'),
    },
    struct: { pointers: ['immutable'] },
    columns: [
      compileColumn({ name: 'Type', type: 'string', jsonPath: '.type', description: 'What the secret is for.' }),
      countColumn(['data']),
      AGE,
    ],
    selectable: ['type'],
    canonicalize: foldStringData,
    judgedBy: { type: 'object' },
    extraCauses: (secret, old) => [...secretCauses(secret, old), ...dataCauses(secret, old, ['data'])],
  });
}
