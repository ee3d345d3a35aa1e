import { code, generatedBy, page, table } from '../docs/markdown.ts';
import { readValueDocs, type ValueDoc } from './value-docs.ts';

/** The part of JSON Schema that tells what a value may be. */
export interface ValueSchema {
  $ref?: string;
  $defs?: Record<string, ValueSchema>;
  properties?: Record<string, ValueSchema>;
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
}

/** `docs/reference/chart-values.md`: every value of the chart with its default, what it may be and what it does. */
export function renderValuesPage(values: string, schema: ValueSchema): string {
  const docs = readValueDocs(values);
  const sections = [...Map.groupBy(docs, ({ path }) => (path.length > 1 ? path[0] : ''))];
  return page(
    generatedBy('charts/nannyapi/values.yaml and its schema'),
    '# Values of the chart',
    'Helm refuses a value that is not here, and one that is not allowed. Give them by `--set` or in a file: `helm upgrade --install nannyapi charts/nannyapi -n nannyapi -f my-values.yaml`.',
    ...sections.flatMap(([section, rows]) => [
      ...(section === '' ? [] : [`## ${code(section ?? '')}`]),
      table(
        ['Value', 'Default', 'Allowed', 'What'],
        rows.map((doc) => [code(doc.path.join('.')), code(doc.defaultText), allowed(schema, doc), doc.text]),
      ),
    ]),
  );
}

function allowed(root: ValueSchema, { path }: ValueDoc): string {
  let schema: ValueSchema | undefined = root;
  for (const key of path) schema = resolve(root, resolve(root, schema)?.properties?.[key]);
  if (!schema) throw new Error(`values.schema.json does not know ${path.join('.')}`);
  if (schema.enum) return schema.enum.map((choice) => code(String(choice))).join(', ');
  if (schema.minimum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  return [schema.type ?? 'any'].flat().join(' or ');
}

function resolve(root: ValueSchema, schema: ValueSchema | undefined): ValueSchema | undefined {
  const name = /^#\/\$defs\/(\w+)$/.exec(schema?.$ref ?? '')?.[1];
  return name === undefined ? schema : { ...root.$defs?.[name], ...schema };
}
