import type { SchemaNode } from '../kinds.ts';
import { JSON_SCHEMA_PROPS } from './json-schema-props.ts';

const text = (description: string): SchemaNode => ({ type: 'string', description });
const texts = (description: string): SchemaNode => ({ type: 'array', items: { type: 'string' }, description });

const NAMES: SchemaNode = {
  type: 'object',
  description: 'Names of the new kind.',
  required: ['plural', 'kind'],
  properties: {
    plural: text('Plural in lower case, as in URLs.'),
    singular: text('Singular in lower case. Default: kind in lower case.'),
    kind: text('Kind in CamelCase, singular.'),
    listKind: text('Kind of lists. Default: kind + List.'),
    shortNames: texts('Short names for the command line.'),
    categories: texts('Groups of kinds this one is listed with, such as all.'),
  },
};

const PRINTER_COLUMN: SchemaNode = {
  type: 'object',
  description: 'A column of kubectl get.',
  required: ['name', 'type', 'jsonPath'],
  properties: {
    name: text('Heading.'),
    type: text('integer, number, string, boolean or date.'),
    format: text('Format within the type.'),
    jsonPath: text('Where the value stands.'),
    description: text('What the column means.'),
    priority: { type: 'integer', format: 'int32', description: 'Above 0: shown in wide output only.' },
  },
};

const anything = (description: string): SchemaNode => ({
  type: 'object',
  description,
  'x-kubernetes-preserve-unknown-fields': true,
});

const VERSION: SchemaNode = {
  type: 'object',
  description: 'One version of the kind.',
  required: ['name', 'served', 'storage'],
  properties: {
    name: text('Name of the version, such as v1alpha1.'),
    served: { type: 'boolean', description: 'Whether the version can be used.' },
    storage: { type: 'boolean', description: 'Whether objects are stored in this version. True for exactly one.' },
    deprecated: { type: 'boolean', description: 'Whether use of the version draws a warning.' },
    deprecationWarning: text('The warning.'),
    schema: {
      type: 'object',
      description: 'What objects look like.',
      properties: { openAPIV3Schema: JSON_SCHEMA_PROPS },
    },
    subresources: {
      type: 'object',
      description: 'Subresources that are served.',
      properties: {
        status: anything('Present: status is written through its own subresource.'),
        scale: {
          type: 'object',
          description: 'Where replicas stand.',
          required: ['specReplicasPath', 'statusReplicasPath'],
          properties: {
            specReplicasPath: text('Path of the desired number below .spec.'),
            statusReplicasPath: text('Path of the actual number below .status.'),
            labelSelectorPath: text('Path of the label selector as text.'),
          },
        },
      },
    },
    additionalPrinterColumns: {
      type: 'array',
      items: PRINTER_COLUMN,
      description: 'Columns of kubectl get after Name.',
    },
    selectableFields: {
      type: 'array',
      description: 'Fields that field selectors may name.',
      items: {
        type: 'object',
        required: ['jsonPath'],
        properties: { jsonPath: text('Simple path such as .spec.color.') },
      },
    },
  },
};

const CONVERSION: SchemaNode = {
  type: 'object',
  description: 'How versions are converted. Only strategy None is served here.',
  required: ['strategy'],
  properties: {
    strategy: text('None: versions differ in apiVersion only.'),
    webhook: {
      type: 'object',
      description: 'Not served here.',
      required: ['conversionReviewVersions'],
      properties: {
        clientConfig: anything('Where the webhook is.'),
        conversionReviewVersions: texts('Versions of ConversionReview that the webhook understands.'),
      },
    },
  },
};

const STATUS: SchemaNode = {
  type: 'object',
  description: 'What the server made of the definition.',
  properties: {
    acceptedNames: NAMES,
    conditions: {
      type: 'array',
      description: 'NamesAccepted and Established.',
      items: {
        type: 'object',
        required: ['type', 'status'],
        properties: {
          type: text('Established, NamesAccepted and others.'),
          status: text('True, False or Unknown.'),
          reason: text('Why, in one word.'),
          message: text('Why, for people.'),
          lastTransitionTime: { type: 'string', format: 'date-time', description: 'When the status last changed.' },
          observedGeneration: { type: 'integer', format: 'int64', description: 'Generation that was judged.' },
        },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    storedVersions: texts('Versions that objects were ever stored in.'),
    observedGeneration: { type: 'integer', format: 'int64', description: 'Generation that was judged.' },
  },
};

/** Schema of CustomResourceDefinition objects. */
export const CRD_SCHEMA: SchemaNode = {
  type: 'object',
  description: 'A new kind of objects that the API server serves.',
  required: ['spec'],
  properties: {
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      description: 'The kind to serve.',
      required: ['group', 'names', 'scope', 'versions'],
      properties: {
        group: text('API group, a domain name.'),
        names: NAMES,
        scope: text('Namespaced or Cluster.'),
        versions: { type: 'array', items: VERSION, description: 'Versions of the kind.' },
        conversion: CONVERSION,
        preserveUnknownFields: { type: 'boolean', description: 'Must be false; say so in the schema instead.' },
      },
    },
    status: STATUS,
  },
};
