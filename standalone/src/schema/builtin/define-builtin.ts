import { compileKind, type KindDefinition } from '../kind/compile-kind.ts';
import { dottedValue } from '../kind/dotted-value.ts';
import type { ApiObject, CompiledKind, JsonObject, KindResource, SchemaNode } from '../kinds.ts';
import { dns1123SubdomainErrors } from '../metadata/names.ts';
import { AGE_COLUMN, compileColumn, type CompiledColumn, NAME_COLUMN, tableMaker } from '../table/table.ts';

/** The Age column of built-in kinds; its type is text there, since the server has done the sum. */
export const AGE: CompiledColumn = ofType(compileColumn(AGE_COLUMN), 'string');

function ofType(column: CompiledColumn, type: string): CompiledColumn {
  return { ...column, definition: { ...column.definition, type } };
}

/** What tells one built-in kind from another. */
export interface BuiltinDefinition {
  group?: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  shortNames?: readonly string[];
  categories?: readonly string[];
  /** All of them when left out. */
  verbs?: readonly string[];
  /** False for a kind whose objects are questions: they are answered and never stored. */
  isStored?: boolean;
  description: string;
  properties: Record<string, SchemaNode>;
  required?: string[];
  judgedBy?: SchemaNode;
  hasStatus?: boolean;
  /** What the subresource token takes. */
  tokenKind?: CompiledKind;
  /** Columns after Name; Age alone when left out. */
  columns?: readonly CompiledColumn[];
  /** Dotted paths of fields that field selectors may name. */
  selectable?: readonly string[];
  nameErrors?: (name: string) => string[];
  /** Where Go's struct differs from what the schema says; without it empty fields are kept as they are sent. */
  struct?: KindDefinition['struct'];
  canonicalize?: (object: ApiObject) => ApiObject;
  extraCauses?: KindDefinition['extraCauses'];
}

const VERBS: readonly string[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Makes a kind of version v1 that is served as data. */
export function defineBuiltin(definition: BuiltinDefinition): CompiledKind {
  const {
    properties,
    description,
    required = [],
    selectable = [],
    canonicalize,
    extraCauses,
    judgedBy,
    tokenKind,
  } = definition;
  return compileKind({
    resource: resourceOf(definition),
    isCustomResource: false,
    isStorageVersion: definition.isStored ?? true,
    hasStatus: definition.hasStatus ?? false,
    verbs: definition.verbs ?? VERBS,
    schema: { type: 'object', description, required, properties },
    rules: undefined,
    table: tableMaker([NAME_COLUMN, ...(definition.columns ?? [AGE])]),
    selectable: new Map(
      selectable.map((path) => [path, (object: ApiObject) => dottedValue(object as unknown as JsonObject, path)]),
    ),
    nameErrors: definition.nameErrors ?? dns1123SubdomainErrors,
    ...(definition.struct === undefined ? {} : { struct: definition.struct }),
    ...(tokenKind === undefined ? {} : { tokenKind }),
    ...(judgedBy === undefined ? {} : { judgedBy }),
    ...(canonicalize === undefined ? {} : { canonicalize }),
    ...(extraCauses === undefined ? {} : { extraCauses }),
  });
}

function resourceOf(definition: BuiltinDefinition): KindResource {
  const { group = '', kind, plural, namespaced, shortNames = [], categories = [] } = definition;
  const names = { singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames, categories };
  return { group, version: 'v1', kind, plural, namespaced, ...names };
}
