import type { ApiObject, Cause, CompiledKind } from '../kinds.ts';
import { forbidden, invalid } from '../structural/cause.ts';
import { isJsonObject, jsonEqual } from '../structural/json-value.ts';
import type { CompiledColumn } from '../table/table.ts';
import { AGE, defineBuiltin } from './define-builtin.ts';
import { flag, textMap } from './schema-words.ts';

const KEY = /^[-._a-zA-Z0-9]+$/;

/** Number of entries in the maps named, as a table column. */
export function countColumn(fields: readonly string[]): CompiledColumn {
  const size = (value: unknown): number => (isJsonObject(value) ? Object.keys(value).length : 0);
  return {
    definition: { name: 'Data', type: 'string', format: '', description: 'Number of entries.', priority: 0 },
    cell: (item) => fields.reduce((sum, field) => sum + size(item[field]), 0),
  };
}

/** Keys that are no file names, and changes of data that is marked immutable. Shared by ConfigMap and Secret. */
export function dataCauses(item: ApiObject, old: ApiObject | undefined, fields: readonly string[]): Cause[] {
  const words =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  const causes = fields.flatMap((field) => {
    const value = item[field];
    const keys = isJsonObject(value) ? Object.keys(value) : [];
    return keys.filter((key) => !KEY.test(key)).map((key) => invalid(`${field}[${key}]`, key, words));
  });
  if (old?.['immutable'] !== true) return causes;
  if (item['immutable'] !== true) causes.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const field of fields) {
    if (!jsonEqual(item[field], old[field]))
      causes.push(forbidden(field, 'field is immutable when `immutable` is set'));
  }
  return causes;
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
    extraCauses: (item, old) => dataCauses(item, old, fields),
  });
}
