import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import type { ErrorDetail } from '@nannyapi/process';
import { ApiError } from './api-error.ts';

/** Most faults that one answer names. */
const MAX_DETAILS = 20;

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const OPTIONS: Options = {
  strict: false,
  // Error messages name what is allowed, and for that need the schema.
  verbose: true,
  // Schemas are ours and tested; checking them costs a meta-schema compilation at each start.
  validateSchema: false,
  meta: false,
  formats: { 'date-time': DATE_TIME, int32: true, int64: true, byte: true, binary: true },
};

/**
 * Makes the validators of all routes.
 *
 * Bodies are taken as they are: nothing is coerced, defaulted or removed. Query and path parameters are text by
 * nature and coerced to the type of their schema. People are told all faults of a body at once, agents the first
 * one: their bodies are large, and a hostile host could make millions of faults.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  const first = new Ajv(OPTIONS);
  const all = new Ajv({ ...OPTIONS, allErrors: true });
  const coercing = new Ajv({ ...OPTIONS, coerceTypes: true });
  return ({ schema, url, httpPart }) => {
    const ajv = httpPart === 'body' ? (url?.startsWith('/agent/') ? first : all) : coercing;
    let validate: ValidateFunction | undefined;
    return (value: unknown) => {
      // Compiled when first needed: most routes of an idle replica are never called, and each costs time and memory.
      validate ??= ajv.compile(schema);
      return validate(value) ? { value } : { error: validationError(validate.errors ?? []) };
    };
  };
}

/** The refusal that names each field and what is allowed there. */
export function validationError(errors: readonly ErrorObject[]): ApiError {
  const details = errors.slice(0, MAX_DETAILS).map(describe);
  const [head] = details;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const summary = head ? `${head.field || 'body'}: ${head.message}${more}` : 'The request is not valid';
  return new ApiError('ValidationFailed', summary, { details });
}

function describe(error: ErrorObject): ErrorDetail & { field: string } {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((field, part) => (/^\d+$/.test(part) ? `${field}[${part}]` : join(field, part)), '');
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const schema = error.parentSchema as { properties?: object } | undefined;
      const allowed = Object.keys(schema?.properties ?? {}).join(', ');
      return {
        field: join(path, String(params['additionalProperty'])),
        message: `is unknown; allowed are: ${allowed}`,
      };
    }
    case 'required':
      return { field: join(path, String(params['missingProperty'])), message: 'is required' };
    case 'enum':
      return { field: path, message: `must be one of: ${(params['allowedValues'] as unknown[]).join(', ')}` };
    default:
      return { field: path, message: error.message ?? `breaks ${error.keyword}` };
  }
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
