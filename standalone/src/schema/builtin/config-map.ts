import type { ApiObject, Cause, CompiledKind } from '../kinds.ts';
import { invalid, tooLong } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import type { CompiledColumn } from '../table/table.ts';
import { dataBytes, dataCauses, keysOf, MAX_DATA_BYTES } from './data-rules.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { flag, textMap } from './schema-words.ts';

/** Number of entries in the maps named, as a table column. */
export function countColumn(fields: readonly string[]): CompiledColumn {
  const size = (value: unknown): number => (isJsonObject(value) ? Object.keys(value).length : 0);
  return {
    definition: { name: 'Data', type: 'string', format: '', description: 'Number of entries.', priority: 0 },
    cell: (item) => fields.reduce((sum, field) => sum + size(item[field]), 0),
  };
}

/** core/v1 ConfigMap. */
export function configMapKind(): CompiledKind {
  const fields = ['data', 'binaryData'];
  return defineBuiltin({
    kind: 'ConfigMap',
    plural: 'configmaps',
    namespaced: true,
    shortNames: ['cm'],
    description: 'Configuration as keys and values. Not for secrets.',
    properties: {
      data: textMap('Entries as text.'),
      binaryData: {
        type: 'object',
        description: 'Entries as base64.',
        additionalProperties: { type: 'string', format: 'byte' },
      },
      immutable: flag('True: the data can never change again.'),
    },
    struct: { pointers: ['immutable'] },
    columns: [countColumn(fields), AGE],
    judgedBy: { type: 'object' },
    extraCauses: (item, old) => [...ownCauses(item), ...dataCauses(item, old, fields)],
  });
}

function ownCauses(item: ApiObject): Cause[] {
  const binary = new Set(keysOf(item, 'binaryData'));
  const twice = keysOf(item, 'data').filter((key) => binary.has(key));
  const causes = twice.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  const bytes = dataBytes(item, 'data', 'utf8') + dataBytes(item, 'binaryData', 'base64');
  return bytes > MAX_DATA_BYTES ? [...causes, tooLong('[]', MAX_DATA_BYTES)] : causes;
}
