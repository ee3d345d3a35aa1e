import type { ApiObject, ObjectMeta } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { isJsonObject } from './json-object.ts';
import { checkMetadata } from './metadata-shape.ts';
import { parseDocument } from './read-body.ts';
import type { ResourceRequest } from './resource-request.ts';
import { badRequest } from '../status/status-error.ts';

/**
 * The object in a request's body, with `apiVersion` and `kind` those of the path.
 *
 * @throws StatusError BadRequest when it is none, is of another kind, or its name or namespace contradict the path.
 */
export function sentObject(request: ResourceRequest): ApiObject {
  return asObject(request, parseDocument(request.body, request.contentType));
}

/** The same checks on a document that is parsed already. */
export function asObject(request: ResourceRequest, document: unknown): ApiObject {
  const { resource } = request.kind;
  const apiVersion = apiVersionOf(resource);
  if (!isJsonObject(document)) throw badRequest('the request body is not a JSON object');
  const sentVersion = JSON.stringify(document['apiVersion'] ?? apiVersion);
  const sentKind = JSON.stringify(document['kind'] ?? resource.kind);
  if (sentVersion !== JSON.stringify(apiVersion) || sentKind !== JSON.stringify(resource.kind)) {
    throw badRequest(
      `the object provided is unrecognized: kind ${sentKind} in version ${sentVersion} does not belong here, want kind "${resource.kind}" in version "${apiVersion}"`,
    );
  }
  const metadata = checkPlace(request, checkMetadata(document['metadata'] ?? {}));
  return { ...document, apiVersion, kind: resource.kind, metadata };
}

function checkPlace(request: ResourceRequest, metadata: ObjectMeta): ObjectMeta {
  const { path, kind } = request;
  const { name, namespace } = metadata;
  if (path.name !== '' && name !== undefined && name !== '' && name !== path.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  }
  if (kind.resource.namespaced && namespace !== undefined && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const { name: _name, ...rest } = metadata;
  const named = path.name === '' ? name : path.name;
  return named === undefined || named === '' ? rest : { ...rest, name: named };
}
