import type { ObjectMeta } from '../schema/index.ts';
import { isJsonObject } from './json-object.ts';
import { badRequest } from '../status/status-error.ts';

type Shape = (value: unknown) => boolean;

const isString: Shape = (value) => typeof value === 'string';
const isStringMap: Shape = (value) => isJsonObject(value) && Object.values(value).every((text) => isString(text ?? ''));
const isStringList: Shape = (value) => Array.isArray(value) && value.every(isString);
const isObjectList: Shape = (value) => Array.isArray(value) && value.every(isJsonObject);
const isOwnerList: Shape = (value) =>
  Array.isArray(value) && value.every((owner) => isJsonObject(owner) && isString(owner['uid'] ?? ''));

/** The types of meta/v1 ObjectMeta that the server itself reads; null means absent. */
const SHAPES: Readonly<Record<string, { has: Shape; expected: string }>> = {
  name: { has: isString, expected: 'a string' },
  generateName: { has: isString, expected: 'a string' },
  namespace: { has: isString, expected: 'a string' },
  uid: { has: isString, expected: 'a string' },
  resourceVersion: { has: isString, expected: 'a string' },
  deletionTimestamp: { has: isString, expected: 'a string' },
  creationTimestamp: { has: isString, expected: 'a string' },
  labels: { has: isStringMap, expected: 'a map of strings' },
  annotations: { has: isStringMap, expected: 'a map of strings' },
  finalizers: { has: isStringList, expected: 'a list of strings' },
  ownerReferences: { has: isOwnerList, expected: 'a list of owner references' },
  managedFields: { has: isObjectList, expected: 'a list of objects' },
};

/**
 * Metadata of the right types, without nulls: what decoding into Go's structs does for kube-apiserver.
 *
 * @throws StatusError BadRequest, naming the field and what it must be.
 */
export function checkMetadata(metadata: unknown): ObjectMeta {
  if (!isJsonObject(metadata)) throw badRequest('cannot decode metadata: must be an object');
  const present = Object.entries(metadata).filter(([, value]) => value !== null);
  for (const [field, value] of present) {
    const shape = Object.hasOwn(SHAPES, field) ? SHAPES[field] : undefined;
    if (shape !== undefined && !shape.has(value)) {
      throw badRequest(`cannot decode metadata.${field}: must be ${shape.expected}`);
    }
  }
  return Object.fromEntries(present.map(([field, value]) => [field, withoutNulls(field, value)])) as ObjectMeta;
}

/** A null in a map of strings is the empty string, as for Go. */
function withoutNulls(field: string, value: unknown): unknown {
  if (SHAPES[field]?.has !== isStringMap || !isJsonObject(value) || !Object.values(value).includes(null)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, text ?? '']));
}
