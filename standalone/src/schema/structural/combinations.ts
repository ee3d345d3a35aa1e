import type { Cause, SchemaNode } from '../kinds.ts';
import { invalid } from './cause.ts';
import { schemaCauses } from './validate.ts';

/**
 * Violations of allOf, anyOf, oneOf and not. Alternatives are never ratcheted, as in kube-apiserver, which also tells
 * these without a field: the path stands in the message.
 */
export function combinationCauses(value: unknown, schema: SchemaNode, path: string): Cause[] {
  return [
    ...anyOfCauses(value, schema.anyOf, path),
    ...oneOfCauses(value, schema.oneOf, path),
    ...allOfCauses(value, schema.allOf, path),
    ...notCauses(value, schema.not, path),
  ];
}

/** The alternatives' own causes; the one with the fewest is taken for the one that was meant. */
function closest(results: readonly Cause[][]): Cause[] {
  return results.reduce<Cause[]>((best, next) => (best.length === 0 || next.length < best.length ? next : best), []);
}

function anyOfCauses(value: unknown, schemas: readonly SchemaNode[] | undefined, path: string): Cause[] {
  if (schemas === undefined || schemas.length === 0) return [];
  const results = schemas.map((schema) => schemaCauses(value, schema, path));
  if (results.some((causes) => causes.length === 0)) return [];
  return [invalid('<nil>', '', `"${path}" must validate at least one schema (anyOf)`), ...closest(results)];
}

function oneOfCauses(value: unknown, schemas: readonly SchemaNode[] | undefined, path: string): Cause[] {
  if (schemas === undefined || schemas.length === 0) return [];
  const results = schemas.map((schema) => schemaCauses(value, schema, path));
  const valid = results.filter((causes) => causes.length === 0).length;
  if (valid === 1) return [];
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  const own = invalid('<nil>', '', `"${path}" must validate one and only one schema (oneOf). ${found}`);
  return valid === 0 ? [own, ...closest(results)] : [own];
}

function allOfCauses(value: unknown, schemas: readonly SchemaNode[] | undefined, path: string): Cause[] {
  if (schemas === undefined || schemas.length === 0) return [];
  const results = schemas.map((schema) => schemaCauses(value, schema, path));
  const failed = results.filter((causes) => causes.length > 0).length;
  if (failed === 0) return [];
  const none = failed === results.length ? '. None validated' : '';
  return [...results.flat(), invalid('<nil>', '', `"${path}" must validate all the schemas (allOf)${none}`)];
}

function notCauses(value: unknown, schema: SchemaNode | undefined, path: string): Cause[] {
  if (schema === undefined || schemaCauses(value, schema, path).length > 0) return [];
  return [invalid('<nil>', '', `"${path}" must not validate the schema (not)`)];
}
