import type { ObjectRef, ResourceType } from '../objects.ts';
import { KubeApiError } from './kube-api-error.ts';

/** Path of a collection; without a namespace it spans all of them. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace ? `/namespaces/${segment(type, namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

/**
 * Path of one object.
 *
 * @throws KubeApiError `NotFound` for a name that no object can have: sent as it is, `..` or an empty name
 *   would address something else.
 * @throws TypeError when a namespaced object is meant without its namespace.
 */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && !ref.namespace) throw new TypeError(`A ${type.kind} is addressed without its namespace`);
  const path = `${collectionPath(type, ref.namespace)}/${segment(type, ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

function segment(type: ResourceType, name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new KubeApiError({
      code: 'NotFound',
      message: `${type.plural} ${JSON.stringify(name)} not found: no object can have this name`,
      status: 404,
    });
  }
  return encodeURIComponent(name);
}
