import { CodedError } from '@nannyapi/process';
import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { repeatedYamlKeys } from './go-yaml.ts';
import type { ResourceRequest } from './resource-request.ts';
import { invalidPatch } from './sent-object.ts';
import { badRequest } from '../status/status-error.ts';

/**
 * Judges fields that no schema declares or that the body names twice: `Strict` refuses, `Warn` (the default) warns,
 * `Ignore` drops them silently.
 *
 * @param more Complaints of the patch format itself.
 * Warnings go to the request, since they are told with whatever is answered.
 *
 * @throws StatusError BadRequest in Strict mode; Invalid for patches, as in kube-apiserver.
 */
export function checkFields(request: ResourceRequest, object: ApiObject, more: readonly string[] = []): void {
  const mode = fieldValidation(request);
  const unknown = unknownFields(request, object);
  if (mode === 'Ignore') return;
  const problems = [...more, ...duplicates(request, mode), ...unknown];
  if (mode === 'Warn') request.warnings.push(...problems);
  if (mode === 'Warn' || problems.length === 0) return;
  if (request.method !== 'PATCH') throw badRequest(strictMessage(request.kind, problems));
  throw invalidPatch(object, `strict decoding error: ${problems.join(', ')}`);
}

/**
 * The same for an applied intent, of which only repeated fields are left to judge.
 *
 * @throws StatusError BadRequest in Strict mode.
 */
export function checkDuplicates(request: ResourceRequest): void {
  const mode = fieldValidation(request);
  if (mode === 'Ignore') return;
  const text = request.body.toString('utf8');
  const isJson = text.trimStart().startsWith('{');
  const problems = isJson
    ? duplicateFields(text).map((field) => `duplicate field ${JSON.stringify(field)}`)
    : repeatedYamlKeys(text);
  if (mode === 'Warn') request.warnings.push(...problems);
  if (mode === 'Warn' || problems.length === 0) return;
  const list = isJson ? problems.join(', ') : `error converting YAML to JSON: ${unmarshalErrors(problems)}`;
  throw badRequest(`error strict decoding YAML: ${list}`);
}

/** The `fieldValidation` parameter, which was checked before. */
export function fieldValidation({ query }: Pick<ResourceRequest, 'query'>): string {
  return query.get('fieldValidation') || 'Warn';
}

/**
 * Of custom objects undeclared metadata is told first, then the rest from the outside in; a patched object of
 * another kind is judged in the order of the alphabet.
 */
function unknownFields(request: ResourceRequest, object: ApiObject): string[] {
  const fields = decode(request, object);
  const isMetadata = (field: string): boolean => field.startsWith('metadata.');
  const isPatched = request.method === 'PATCH';
  const ordered = request.kind.isCustomResource
    ? [...fields.filter(isMetadata), ...fields.filter((field) => !isMetadata(field))]
    : isPatched
      ? fields.toSorted()
      : fields;
  return ordered.map((field) => `unknown field ${JSON.stringify(field)}`);
}

/** A patched object that Go could not decode is the patch's fault. @throws StatusError Invalid. */
function decode({ kind, method }: ResourceRequest, object: ApiObject): string[] {
  try {
    return kind.prune(object).unknownFields;
  } catch (error) {
    if (method !== 'PATCH' || !(error instanceof CodedError) || error.code !== 'BadRequest') throw error;
    throw invalidPatch(object, error.message);
  }
}

function duplicates({ body, contentType }: ResourceRequest, mode: string): string[] {
  if (contentType === 'application/yaml') {
    const repeated = repeatedYamlKeys(body.toString('utf8'));
    if (mode !== 'Strict' || repeated.length === 0) return repeated;
    return [unmarshalErrors(repeated)];
  }
  if (contentType !== '' && contentType !== 'application/json' && !contentType.endsWith('+json')) return [];
  const prefix = contentType === 'application/json-patch+json' ? 'json patch ' : '';
  return duplicateFields(body.toString('utf8')).map((field) => `${prefix}duplicate field ${JSON.stringify(field)}`);
}

function unmarshalErrors(problems: readonly string[]): string {
  return `yaml: unmarshal errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
}

function strictMessage(kind: CompiledKind, problems: readonly string[]): string {
  const name = kind.resource.kind;
  const version = JSON.stringify(apiVersionOf(kind.resource).split('/').at(-1));
  return `${name} in version ${version} cannot be handled as a ${name}: strict decoding error: ${problems.join(', ')}`;
}
