import type { Environment } from '@marcbachmann/cel-js';
import type { SchemaNode } from '../kinds.ts';
import { objectProperties } from './cel-value.ts';
import { celFieldNames } from './field-names.ts';

/**
 * Declares the types of a schema node in a CEL environment and returns the name of the node's own type,
 * so that rules are checked against the schema: an undeclared field is an error when the CRD is made.
 */
export function declareTypes(environment: Environment, schema: SchemaNode, name: string): string {
  return typeName(environment, schema, name) ?? 'dyn';
}

/** Undefined for a node that rules cannot see, since nothing is said of its type. */
function typeName(environment: Environment, schema: SchemaNode, name: string): string | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return 'dyn';
  if (schema.type === 'string') return stringType(schema.format);
  if (schema.type === 'object') return objectType(environment, schema, name);
  if (schema.type !== 'array') return SCALAR_TYPES[schema.type ?? ''];
  const item = schema.items === undefined ? undefined : typeName(environment, schema.items, `${name}.items`);
  return item === undefined ? undefined : `list<${item}>`;
}

const SCALAR_TYPES: Record<string, string> = { integer: 'int', number: 'double', boolean: 'bool' };

function stringType(format: string | undefined): string {
  if (format === 'date' || format === 'date-time') return 'google.protobuf.Timestamp';
  if (format === 'duration') return 'google.protobuf.Duration';
  return format === 'byte' ? 'bytes' : 'string';
}

function objectType(environment: Environment, schema: SchemaNode, name: string): string | undefined {
  const additional = schema.additionalProperties;
  if (typeof additional === 'object') {
    const valueType = typeName(environment, additional, `${name}.values`);
    return valueType === undefined ? undefined : `map<string, ${valueType}>`;
  }
  const properties = Object.entries(objectProperties(schema));
  const fields: Record<string, string> = {};
  for (const [property, child] of properties) {
    const [field, ...others] = celFieldNames(property);
    const type = field === undefined ? undefined : typeName(environment, child, `${name}.${field}`);
    if (field === undefined || type === undefined) continue;
    for (const known of [field, ...others]) fields[known] = type;
  }
  environment.registerType({ name, fields });
  // The run-time values are plain objects; this only tells the checker that the type can be compared.
  environment.registerOperator(`${name} == ${name}`, () => false);
  return name;
}
