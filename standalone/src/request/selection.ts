import { parseFieldSelector, parseLabelSelector } from '../schema/index.ts';
import type { ApiObject } from '../schema/index.ts';
import type { ResourceRequest } from './resource-request.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { badRequest } from '../status/status-error.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** What a list or a watch picks out of its resource. */
export interface Selection {
  /** Undefined: all namespaces. */
  namespace: string | undefined;
  /** True when every object of the namespace is picked. */
  isEverything: boolean;
  matches(object: StoredObject): boolean;
}

/** Reads namespace, name and selectors of a request. @throws StatusError or CodedError BadRequest for bad selectors. */
export function parseSelection(store: ObjectStore, request: ResourceRequest): Selection {
  const labels = parseLabelSelector(request.query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(request.query.get('fieldSelector') ?? '', request.kind);
  const namespace =
    request.kind.resource.namespaced && request.path.namespace !== '' ? request.path.namespace : undefined;
  const { name } = request.path;
  const named = fields.requirements.find(({ field, operator }) => field === 'metadata.name' && operator === '=');
  if (name !== '' && !fields.isEmpty && named?.value !== name) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  const onlyNames = fields.requirements.every(({ field }) => isNameField(field));
  const matches = (object: StoredObject): boolean => {
    if (namespace !== undefined && object.namespace !== namespace) return false;
    if (name !== '' && object.name !== name) return false;
    if (!labels.isEmpty && !labels.matches(object.labels)) return false;
    if (fields.isEmpty) return true;
    // Most field selectors name the object itself; only others need its whole text.
    return fields.matches(onlyNames ? nameOnly(object) : request.kind.fromStored(store.parse(object)));
  };
  return { namespace, isEverything: labels.isEmpty && fields.isEmpty && name === '', matches };
}

function isNameField(field: string): boolean {
  return field === 'metadata.name' || field === 'metadata.namespace';
}

function nameOnly(object: StoredObject): ApiObject {
  return { apiVersion: '', kind: '', metadata: { name: object.name, namespace: object.namespace } };
}
