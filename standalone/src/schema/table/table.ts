import type { ApiObject, Json, PrinterColumn, Table, TableColumn, TableOptions, TableRow } from '../kinds.ts';
import { goJson } from '../structural/cause.ts';
import { ageCell } from './human-duration.ts';
import { compileJsonPath } from './json-path.ts';
import { toPartialObjectMetadata } from './partial-object-metadata.ts';

/** A column with the function that fills its cells. */
export interface CompiledColumn {
  definition: TableColumn;
  cell(object: ApiObject, now: Date): Json;
}

/** Makes Tables of one kind. */
export type TableMaker = (objects: readonly ApiObject[], options: TableOptions) => Table;

/** The column that kinds without columns of their own have beside Name. */
export const AGE_COLUMN: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the object was made.',
};

/** The first column of every kind but Event. */
export const NAME_COLUMN: CompiledColumn = {
  definition: { name: 'Name', type: 'string', format: 'name', description: 'Name of the object.', priority: 0 },
  cell: (object) => object.metadata.name ?? '',
};

/** A column of a CRD. Throws SyntaxError for a path that is not understood. */
export function compileColumn(column: PrinterColumn): CompiledColumn {
  const find = compileJsonPath(column.jsonPath);
  const { name, type, format = '', priority = 0 } = column;
  const description =
    column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`;
  return {
    definition: { name, type, format, description, priority },
    cell: (object, now) => {
      const [value] = find(object);
      if (value === null) return type === 'string' ? '<no value>' : null;
      return value === undefined ? null : cellOf(type, value, now);
    },
  };
}

/**
 * The columns of a CRD up to the first whose path is not understood: such a path is no fault of the definition, as on
 * a cluster, where the rest is not shown either.
 */
export function compileColumns(columns: readonly PrinterColumn[]): CompiledColumn[] {
  const compiled: CompiledColumn[] = [];
  try {
    for (const column of columns) compiled.push(compileColumn(column));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return compiled;
}

/** Binds columns to a maker of Tables. */
export function tableMaker(columns: readonly CompiledColumn[]): TableMaker {
  return (objects, options) => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns.map((column) => column.definition),
    rows: objects.map((object) => toRow(columns, object, options)),
  });
}

function toRow(columns: readonly CompiledColumn[], object: ApiObject, options: TableOptions): TableRow {
  const cells = columns.map((column) => column.cell(object, options.now));
  if (options.includeObject === 'None') return { cells, object: null };
  return { cells, object: options.includeObject === 'Object' ? object : toPartialObjectMetadata(object) };
}

function cellOf(type: PrinterColumn['type'], value: unknown, now: Date): Json {
  if (type === 'date') return typeof value === 'string' ? ageCell(value, now) : null;
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'string' ? value : goJson(value);
}
