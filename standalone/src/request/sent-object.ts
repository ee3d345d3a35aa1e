import type { ApiObject, KindResource, ObjectMeta } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { isJsonObject } from './json-object.ts';
import { checkMetadata } from './metadata-shape.ts';
import { parseDocument } from './read-body.ts';
import type { ResourceRequest } from './resource-request.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/**
 * The object in a request's body, with `apiVersion` and `kind` those of the path.
 *
 * A built-in kind need not be named in the body; a custom resource must be.
 *
 * @throws StatusError BadRequest when it is none, is of another version or kind, or its name or namespace contradict
 *   the path.
 */
export function sentObject(request: ResourceRequest): ApiObject {
  // A document that says null says nothing.
  const document = parseDocument(request.body, request.contentType) ?? {};
  const { resource, isCustomResource } = request.kind;
  if (isCustomResource && isJsonObject(document) && hasKind(document)) {
    const sent = document['apiVersion'] ?? '';
    const wanted = apiVersionOf(resource);
    if (sent !== wanted) {
      const shown = typeof sent === 'string' ? sent : JSON.stringify(sent);
      throw badRequest(`the API version in the data (${shown}) does not match the expected API version (${wanted})`);
    }
  }
  return placed(request, decoded(request, document));
}

/**
 * The object that a patch made, checked in the same way; what cannot be decoded is the patch's fault.
 *
 * @throws StatusError Invalid with the cause `patch`, or BadRequest when its name or namespace contradict the path.
 */
export function patchedObject(request: ResourceRequest, document: unknown): ApiObject {
  let object: ApiObject;
  try {
    object = decoded(request, document);
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 'BadRequest') throw error;
    throw invalidPatch(document, error.message);
  }
  return placed(request, object);
}

/** An applied intent, which must name its version and kind. @throws StatusError BadRequest. */
export function appliedObject(request: ResourceRequest, document: unknown): ApiObject {
  const wanted = apiVersionOf(request.kind.resource);
  if (!isJsonObject(document)) throw badRequest('error decoding YAML: the patch is not an object');
  if (!hasKind(document)) throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(document)}'`);
  if (document['apiVersion'] !== wanted) {
    const sent = typeof document['apiVersion'] === 'string' ? document['apiVersion'] : '/';
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${sent}, expected: ${wanted}`,
    );
  }
  return placed(request, decoded(request, document));
}

/** The patched object is what kube-apiserver finds fault with, so it stands in the message. */
export function invalidPatch(document: unknown, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(document))}: ${why}`;
  const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message }];
  return new StatusError('Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

function hasKind(document: Record<string, unknown>): boolean {
  return (document['kind'] ?? '') !== '';
}

function decoded({ kind: { resource, isCustomResource } }: ResourceRequest, document: unknown): ApiObject {
  const unrecognized = `the object provided is unrecognized (must be of type ${resource.kind})`;
  if (!isJsonObject(document)) throw badRequest(`${unrecognized}: couldn't get version/kind`);
  if (isCustomResource && !hasKind(document)) {
    throw badRequest(`${unrecognized}: Object 'Kind' is missing in '${JSON.stringify(document)}'`);
  }
  const apiVersion = textOf(document['apiVersion'], apiVersionOf(resource), unrecognized);
  const kind = textOf(document['kind'], resource.kind, unrecognized);
  if (!isCustomResource) assertOwnKind(resource, apiVersion, kind);
  return { ...document, apiVersion, kind, metadata: checkMetadata(document['metadata'] ?? {}) };
}

function textOf(value: unknown, fallback: string, unrecognized: string): string {
  if (value === undefined || value === null || value === '') return fallback;
  if (typeof value === 'string') return value;
  throw badRequest(`${unrecognized}: couldn't get version/kind; json parse error: json: cannot unmarshal into string`);
}

/** Another version or kind than the path's. For custom resources validation says it, with the field. */
function assertOwnKind(resource: KindResource, apiVersion: string, kind: string): void {
  if (apiVersion === apiVersionOf(resource) && kind === resource.kind) return;
  const version = JSON.stringify(apiVersion.split('/').at(-1));
  throw badRequest(
    `${kind} in version ${version} cannot be handled as a ${resource.kind}: kind ${JSON.stringify(kind)} of ${JSON.stringify(apiVersion)} does not belong here`,
  );
}

function placed(request: ResourceRequest, object: ApiObject): ApiObject {
  return { ...object, metadata: checkPlace(request, object.metadata) };
}

function checkPlace({ path, kind }: ResourceRequest, metadata: ObjectMeta): ObjectMeta {
  const { name = '', namespace = '', ...rest } = metadata;
  if (path.name !== '' && name === '') {
    throw badRequest(`the name of the object (${path.name} based on URL) was undeterminable: name must be provided`);
  }
  if (path.name !== '' && name !== '' && name !== path.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  }
  if (kind.resource.namespaced && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...rest, ...(name === '' ? {} : { name }), ...(namespace === '' ? {} : { namespace }) };
}
