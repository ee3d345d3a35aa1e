import type { Cause, SchemaNode } from '../kinds.ts';
import { duplicate, invalid, required, tooMany } from '../structural/cause.ts';
import { findSchemaField } from './schema-field-path.ts';

const TYPES = ['string', 'boolean', 'integer'];
const MAX_FIELDS = 8;

/** Violations in the selectable fields of a version. */
export function selectableFieldCauses(
  fields: readonly { jsonPath?: string }[],
  schema: SchemaNode,
  path: string,
): Cause[] {
  const seen = new Set<string>();
  const causes = fields.flatMap(({ jsonPath = '' }, index) => {
    const at = `${path}[${index}].jsonPath`;
    if (jsonPath === '') return [required(at)];
    const found = findSchemaField(jsonPath, schema, { hasBrackets: false });
    if (typeof found === 'string') return [invalid(at, jsonPath, `is an invalid path: ${found}`)];
    const own = fieldCauses(found.node, found.segments, jsonPath, at);
    const name = found.segments.join('.');
    if (seen.has(name)) own.push(duplicate(at, jsonPath));
    seen.add(name);
    return own;
  });
  return seen.size > MAX_FIELDS ? [...causes, tooMany(path, seen.size, MAX_FIELDS)] : causes;
}

function fieldCauses(
  node: SchemaNode | undefined,
  segments: readonly string[],
  jsonPath: string,
  path: string,
): Cause[] {
  const causes: Cause[] = [];
  if (segments[0] === 'metadata') causes.push(invalid(path, jsonPath, 'must not point to fields in metadata'));
  if (!TYPES.includes(node?.type ?? '')) {
    const words =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    causes.push(invalid(path, jsonPath, words));
  }
  return causes;
}
