import { RBAC_MESSAGES } from './rbac-messages.ts';
import { REVIEW_MESSAGES } from './review-messages.ts';

/** How a field is read into JSON. `list:` repeats, `map:` is a map with string keys. */
export type FieldType =
  | 'string'
  | 'bool'
  | 'int64'
  | 'bytes'
  | 'time'
  | 'list:string'
  | 'map:string'
  | 'map:bytes'
  | 'map:list'
  | { message: MessageType }
  | { listOf: MessageType };

/** The fields of a message by number; others are dropped, as an older server would. */
export type MessageType = Readonly<Record<number, { name: string; type: FieldType }>>;

/** `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`. */
const OWNER_REFERENCE: MessageType = {
  1: { name: 'kind', type: 'string' },
  3: { name: 'name', type: 'string' },
  4: { name: 'uid', type: 'string' },
  5: { name: 'apiVersion', type: 'string' },
  6: { name: 'controller', type: 'bool' },
  7: { name: 'blockOwnerDeletion', type: 'bool' },
};

const OBJECT_META: MessageType = {
  1: { name: 'name', type: 'string' },
  2: { name: 'generateName', type: 'string' },
  3: { name: 'namespace', type: 'string' },
  5: { name: 'uid', type: 'string' },
  6: { name: 'resourceVersion', type: 'string' },
  7: { name: 'generation', type: 'int64' },
  8: { name: 'creationTimestamp', type: 'time' },
  9: { name: 'deletionTimestamp', type: 'time' },
  11: { name: 'labels', type: 'map:string' },
  12: { name: 'annotations', type: 'map:string' },
  13: { name: 'ownerReferences', type: { listOf: OWNER_REFERENCE } },
  14: { name: 'finalizers', type: 'list:string' },
};

const METADATA = { name: 'metadata', type: { message: OBJECT_META } } as const;
const LOCAL_REFERENCE: MessageType = { 1: { name: 'name', type: 'string' } };

/**
 * The kinds that `kubectl create` sends as protobuf, by `apiVersion/kind`; the rest of kubectl speaks JSON.
 *
 * Source: `k8s.io/api/core/v1/generated.proto` and those of other groups.
 */
export const MESSAGE_TYPES: Readonly<Record<string, MessageType>> = {
  'v1/Namespace': {
    1: METADATA,
    2: { name: 'spec', type: { message: { 1: { name: 'finalizers', type: 'list:string' } } } },
    3: { name: 'status', type: { message: { 1: { name: 'phase', type: 'string' } } } },
  },
  'v1/ConfigMap': {
    1: METADATA,
    2: { name: 'data', type: 'map:string' },
    3: { name: 'binaryData', type: 'map:bytes' },
    4: { name: 'immutable', type: 'bool' },
  },
  'v1/Secret': {
    1: METADATA,
    2: { name: 'data', type: 'map:bytes' },
    3: { name: 'type', type: 'string' },
    4: { name: 'stringData', type: 'map:string' },
    5: { name: 'immutable', type: 'bool' },
  },
  'v1/ServiceAccount': {
    1: METADATA,
    2: { name: 'secrets', type: { listOf: { 3: { name: 'name', type: 'string' } } } },
    3: { name: 'imagePullSecrets', type: { listOf: LOCAL_REFERENCE } },
    4: { name: 'automountServiceAccountToken', type: 'bool' },
  },
  ...Object.fromEntries(
    Object.entries({ ...RBAC_MESSAGES, ...REVIEW_MESSAGES }).map(([kind, type]) => [kind, { 1: METADATA, ...type }]),
  ),
};
