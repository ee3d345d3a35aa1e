import type { SchemaNode } from '../kinds.ts';

const text = (description: string): SchemaNode => ({ type: 'string', description });
const time = (description: string): SchemaNode => ({ type: 'string', format: 'date-time', description });
const textMap = (description: string): SchemaNode => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});

const OWNER_REFERENCE: SchemaNode = {
  type: 'object',
  description: 'An object that this one belongs to and is deleted with.',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  properties: {
    apiVersion: text('API version of the owner.'),
    kind: text('Kind of the owner.'),
    name: text('Name of the owner.'),
    uid: text('UID of the owner; a new object of the same name is another owner.'),
    controller: { type: 'boolean', description: 'True for the one owner that manages this object.' },
    blockOwnerDeletion: {
      type: 'boolean',
      description: 'Holds foreground deletion of the owner until this object is gone.',
    },
  },
  'x-kubernetes-map-type': 'atomic',
};

const MANAGED_FIELDS: SchemaNode = {
  type: 'object',
  description: 'Which manager set which fields, by which kind of write.',
  properties: {
    manager: text('Name of the writer.'),
    operation: text('Apply for server-side apply, Update for every other write.'),
    apiVersion: text('Version of the object that the field paths belong to.'),
    time: time('When the entry last changed.'),
    fieldsType: text('Always FieldsV1.'),
    fieldsV1: {
      type: 'object',
      description: 'The fields as a trie of f:, k: and v: keys.',
      'x-kubernetes-preserve-unknown-fields': true,
    },
    subresource: text('Subresource that the write went through; empty for the main resource.'),
  },
};

/** meta/v1 ObjectMeta as a structural schema, for pruning, ownership and `kubectl explain`. */
export const OBJECT_META_SCHEMA: SchemaNode = {
  type: 'object',
  description: 'Name, labels and life of the object: the same for every kind.',
  properties: {
    name: text('Name of the object, unique among the objects of its kind in its namespace. Cannot be changed.'),
    generateName: text('Prefix of a name that the server completes with five random characters when name is empty.'),
    namespace: text('Namespace the name is unique in. Empty for cluster-scoped kinds. Cannot be changed.'),
    selfLink: text('No longer used.'),
    uid: text('Identity of this object in time and space, given by the server.'),
    resourceVersion: text('Changes with every write. Send it back to write only if nobody else wrote since. Opaque.'),
    generation: { type: 'integer', format: 'int64', description: 'Counts changes of the desired state, from 1.' },
    creationTimestamp: time('When the server stored the object.'),
    deletionTimestamp: time('When deletion was asked for. The object goes when its finalizers are gone.'),
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64', description: 'Seconds given to end gracefully.' },
    labels: textMap('Keys and values by which objects are selected.'),
    annotations: textMap('Keys and values that tools attach. Not selectable.'),
    ownerReferences: {
      type: 'array',
      description: 'Objects this one belongs to. It is deleted when all of them are gone.',
      items: OWNER_REFERENCE,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    },
    finalizers: {
      type: 'array',
      description: 'Clean-ups that must be done before the object may go. Each is removed by who did it.',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
    },
    managedFields: {
      type: 'array',
      description: 'Who set which fields. Kept by the server for server-side apply.',
      items: MANAGED_FIELDS,
      'x-kubernetes-list-type': 'atomic',
    },
  },
};

/** meta/v1 ListMeta. */
export const LIST_META_SCHEMA: SchemaNode = {
  type: 'object',
  description: 'Where a list stands in time and in its paging.',
  properties: {
    continue: text('Token of the next page; empty on the last one.'),
    remainingItemCount: {
      type: 'integer',
      format: 'int64',
      description: 'How many objects follow, where it is known.',
    },
    resourceVersion: text('Point in time of the list; a watch may start from it.'),
    selfLink: text('No longer used.'),
  },
};
