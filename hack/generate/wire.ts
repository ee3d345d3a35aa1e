/** Compiles the wire schemas of `protocol/` ahead of time: types for both sides, validators without a library at run time. */
import { Ajv, type AnySchemaObject } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

type Schema = JSONSchema & { title: string };

/** Types of all bodies, one interface a title. */
export async function renderWireTypes(schemas: readonly Schema[]): Promise<string> {
  const union: JSONSchema = {
    title: 'WireBody',
    oneOf: schemas.map((schema) => named(structuredClone(schema), schema.title)),
  };
  const code = await compile(union, 'WireBody', {
    bannerComment: '// Generated from protocol/src/wire/schemas.ts by hack/generate. Do not edit.\n',
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  return code;
}

function named(schema: JSONSchema, name: string): JSONSchema {
  if (schema.properties) {
    schema.title = name;
    for (const [field, child] of Object.entries(schema.properties)) {
      named(child, name + field.charAt(0).toUpperCase() + field.slice(1));
    }
  }
  if (schema.items) named(schema.items, name.replace(/s$/, ''));
  return schema;
}

/** One self-contained ES module with a function `validate<Title>` for each schema; only what the agent reads needs one. */
export async function renderValidators(schemas: readonly Schema[]): Promise<string> {
  const ajv = new Ajv({
    allErrors: false,
    strict: false,
    validateFormats: false,
    code: { source: true, esm: false },
  });
  for (const schema of schemas) ajv.addSchema(schema as AnySchemaObject, schema.title);
  const names = Object.fromEntries(schemas.map((schema) => [`validate${schema.title}`, schema.title]));
  const source = (standaloneCode as unknown as typeof standaloneCode.default)(ajv, names);
  const bundled = await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'js' },
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    write: false,
    minifySyntax: true,
    minifyWhitespace: true,
    mainFields: ['main'],
  });
  const body = bundled.outputFiles[0]?.text ?? '';
  const exports = Object.keys(names).map((name) => `export const ${name} = module.exports.${name};`);
  return [
    '// Generated from protocol/src/wire/schemas.ts by hack/generate. Do not edit.',
    'const module = { exports: {} };',
    '((exports, module) => {',
    body,
    '})(module.exports, module);',
    ...exports,
    '',
  ].join('\n');
}

/** The declaration file beside the validators. */
export function renderValidatorTypes(schemas: readonly Schema[]): string {
  const titles = schemas.map((schema) => schema.title);
  return `// Generated from protocol/src/wire/schemas.ts by hack/generate. Do not edit.
import type { ${titles.join(', ')} } from './wire-types.ts';

/** What is wrong with a body: where, and what is allowed. */
export interface WireIssue {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}

export interface Validator<T> {
  (body: unknown): body is T;
  errors?: WireIssue[] | null;
}

${titles.map((title) => `export declare const validate${title}: Validator<${title}>;`).join('\n')}
`;
}
