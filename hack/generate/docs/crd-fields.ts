import type { CrdDocument } from '../crd-types.ts';
import { code, table } from './markdown.ts';
import { fieldsOf, type FieldSchema } from './schema-fields.ts';

const BEGIN = '<!-- Generated from crds/v1alpha1 by `npm run generate`: fields. Do not edit below. -->';
const END = '<!-- End of the generated part. -->';

interface Rule {
  rule: string;
  message: string;
}

/**
 * Puts the table of fields and the list of rules of a kind between the markers of its page.
 *
 * @throws Error when the page lacks the markers.
 */
export function withCrdFields(page: string, crd: CrdDocument): string {
  const [head, rest] = split(page, BEGIN, crd.spec.names.kind);
  const [, tail] = split(rest, END, crd.spec.names.kind);
  return `${head}${BEGIN}\n\n${crdFields(crd)}\n\n${END}${tail}`;
}

function split(text: string, marker: string, kind: string): [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`the page of ${kind} lacks the line: ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function crdFields(crd: CrdDocument): string {
  const schema = crd.spec.versions[0]?.schema.openAPIV3Schema as FieldSchema | undefined;
  const parts = ['spec', 'status'].flatMap((part) => {
    const child = schema?.properties?.[part];
    return child ? [`### ${code(part)}\n\n${fieldTable(child)}`] : [];
  });
  const rules = [...rulesOf(schema ?? {}, '')];
  const ruleLines = rules.map(({ path, message }) => `- ${code(path)}: ${message}`);
  const rulePart =
    rules.length === 0
      ? []
      : [`### Rules across fields\n\nA write that breaks one is refused with its message.\n\n${ruleLines.join('\n')}`];
  return [...parts, ...rulePart].join('\n\n');
}

function fieldTable(schema: FieldSchema): string {
  const rows = fieldsOf(schema).map((field) => [
    `${code(field.path)}${field.isRequired ? ' *' : ''}`,
    field.type,
    field.bounds,
    field.default,
    field.description,
  ]);
  return `${table(['Field', 'Type', 'Allowed', 'Default', 'Meaning'], rows)}\n\n\\* required, where its parent is there.`;
}

function* rulesOf(schema: FieldSchema, path: string): Generator<{ path: string; message: string }> {
  const rules = (schema as { 'x-kubernetes-validations'?: Rule[] })['x-kubernetes-validations'] ?? [];
  for (const { message } of rules) yield { path: path === '' ? 'object' : path, message };
  for (const [name, child] of Object.entries(schema.properties ?? {}))
    yield* rulesOf(child, path === '' ? name : `${path}.${name}`);
  if (schema.items) yield* rulesOf(schema.items, `${path}[]`);
}
