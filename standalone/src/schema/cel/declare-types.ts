import type { Environment } from '@marcbachmann/cel-js';
import type { SchemaNode } from '../kinds.ts';
import { objectProperties } from './cel-value.ts';
import { celFieldName } from './field-names.ts';

/**
 * Declares the types of a schema node in a CEL environment and returns the name of the node's own type,
 * so that rules are checked against the schema: an undeclared field is an error when the CRD is made.
 */
export function declareTypes(environment: Environment, schema: SchemaNode, name: string): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'dyn';
  if (schema.type === 'string') return stringType(schema.format);
  if (schema.type === 'object') return objectType(environment, schema, name);
  if (schema.type !== 'array') return SCALAR_TYPES[schema.type ?? ''] ?? 'dyn';
  return schema.items === undefined ? 'list<dyn>' : `list<${declareTypes(environment, schema.items, `${name}.items`)}>`;
}

const SCALAR_TYPES: Record<string, string> = { integer: 'int', number: 'double', boolean: 'bool' };

function stringType(format: string | undefined): string {
  if (format === 'date' || format === 'date-time') return 'google.protobuf.Timestamp';
  if (format === 'duration') return 'google.protobuf.Duration';
  return format === 'byte' ? 'bytes' : 'string';
}

function objectType(environment: Environment, schema: SchemaNode, name: string): string {
  const additional = schema.additionalProperties;
  if (additional !== undefined && additional !== false) {
    const valueType = typeof additional === 'object' ? declareTypes(environment, additional, `${name}.values`) : 'dyn';
    return `map<string, ${valueType}>`;
  }
  const properties = Object.entries(objectProperties(schema));
  const fields: Record<string, string> = {};
  for (const [property, child] of properties) {
    const field = celFieldName(property);
    if (field !== undefined) fields[field] = declareTypes(environment, child, `${name}.${field}`);
  }
  environment.registerType({ name, fields });
  // The run-time values are plain objects; this only tells the checker that the type can be compared.
  environment.registerOperator(`${name} == ${name}`, () => false);
  return name;
}
