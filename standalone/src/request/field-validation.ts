import type { ApiObject, CompiledKind } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import type { ResourceRequest } from './resource-request.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/**
 * Judges the fields that no schema declares: `Strict` refuses, `Warn` (the default) warns, `Ignore` drops them silently.
 *
 * @returns texts for Warning headers.
 * @throws StatusError BadRequest in Strict mode (Invalid for patches, as in kube-apiserver), and for a mode that does
 *   not exist.
 */
export function checkFields(request: ResourceRequest, object: ApiObject): string[] {
  const mode = request.query.get('fieldValidation') ?? 'Warn';
  if (mode === 'Ignore') return [];
  if (mode !== 'Warn' && mode !== 'Strict') {
    throw badRequest(`invalid fieldValidation ${JSON.stringify(mode)}: must be one of Strict, Warn, Ignore`);
  }
  const problems = request.kind.prune(object).unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (mode === 'Warn' || problems.length === 0) return problems;
  throw request.method === 'PATCH' ? invalidPatch(object, problems) : badRequest(strictMessage(request.kind, problems));
}

/** The patched object is what kube-apiserver finds fault with, so it stands in the message. */
function invalidPatch(object: ApiObject, problems: readonly string[]): StatusError {
  const value = JSON.stringify(JSON.stringify(object));
  const message = `Invalid value: ${value}: strict decoding error: ${problems.join(', ')}`;
  const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message }];
  return new StatusError('Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

function strictMessage(kind: CompiledKind, problems: readonly string[]): string {
  const name = kind.resource.kind;
  const version = JSON.stringify(apiVersionOf(kind.resource).split('/').at(-1));
  return `${name} in version ${version} cannot be handled as a ${name}: strict decoding error: ${problems.join(', ')}`;
}
