import type { SchemaNode } from '../kinds.ts';

const text = (description: string): SchemaNode => ({ type: 'string', description });
const flag = (description: string): SchemaNode => ({ type: 'boolean', description });
const count = (description: string): SchemaNode => ({ type: 'integer', format: 'int64', description });
const number = (description: string): SchemaNode => ({ type: 'number', format: 'double', description });
const texts = (description: string): SchemaNode => ({
  type: 'array',
  items: { type: 'string' },
  description,
  'x-kubernetes-list-type': 'atomic',
});
const anything = (description: string): SchemaNode => ({ description, 'x-kubernetes-preserve-unknown-fields': true });

const RULE: SchemaNode = {
  type: 'object',
  description: 'A CEL rule.',
  required: ['rule'],
  properties: {
    rule: text('CEL expression over self (and oldSelf) that must be true.'),
    message: text('What to say when it is false.'),
    messageExpression: text('CEL expression of what to say; falls back to message.'),
    reason: text(
      'FieldValueInvalid (default), FieldValueForbidden, FieldValueRequired or FieldValueDuplicate, for programs.',
    ),
    fieldPath: text('Field that the violation is told of, relative to this node, such as .spec.x.'),
    optionalOldSelf: flag('True: oldSelf is an optional, and the rule also runs where there is no old value.'),
  },
};

const PREFIX = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

/**
 * apiextensions.k8s.io/v1 JSONSchemaProps: the schema of schemas. It contains itself, so it is a cyclic graph; walks
 * over it must follow a value, or stop at nodes that have a `component` name.
 */
export const JSON_SCHEMA_PROPS: SchemaNode = makeJsonSchemaProps();

function makeJsonSchemaProps(): SchemaNode {
  const self: SchemaNode = {
    type: 'object',
    component: `${PREFIX}JSONSchemaProps`,
    description: 'An OpenAPI v3 schema, as far as structural schemas go.',
  };
  const list = (description: string): SchemaNode => ({
    type: 'array',
    items: self,
    description,
    'x-kubernetes-list-type': 'atomic',
  });
  const map = (description: string): SchemaNode => ({ type: 'object', additionalProperties: self, description });
  // A schema or something simpler: no type, so that both forms pass; a schema in it is pruned like any other.
  const schemaOr = (other: string, description: string): SchemaNode => ({
    component: `${PREFIX}JSONSchemaPropsOr${other}`,
    description,
    properties: self.properties ?? {},
    items: self,
  });
  self.properties = {
    ...scalarWords(),
    ...extensionWords(),
    externalDocs: {
      type: 'object',
      description: 'Where to read more.',
      properties: { description: text('What is there.'), url: text('Where.') },
    },
    not: self,
    allOf: list('All of these must hold.'),
    anyOf: list('At least one of these must hold.'),
    oneOf: list('Exactly one of these must hold.'),
    properties: map('Schemas of fields by name.'),
    patternProperties: map('Not supported.'),
    definitions: map('Not supported.'),
    dependencies: { type: 'object', description: 'Not supported.', 'x-kubernetes-preserve-unknown-fields': true },
  };
  // These refer to the properties above, so they come last.
  self.properties['items'] = schemaOr('Array', 'Schema of the items of a list.');
  self.properties['additionalProperties'] = schemaOr('Bool', 'Schema of the values of a map, or true.');
  self.properties['additionalItems'] = schemaOr('Bool', 'Schema of the values of a map, or true.');
  return self;
}

function scalarWords(): Record<string, SchemaNode> {
  return {
    id: text('Not supported.'),
    $schema: text('Not supported.'),
    $ref: text('Not supported.'),
    title: text('Short name of the field.'),
    description: text('What the field means.'),
    type: text('array, boolean, integer, number, object or string.'),
    format: text('Form of the value within its type, such as date-time.'),
    default: anything('Value that is filled in where there is none.'),
    example: anything('An example.'),
    enum: {
      type: 'array',
      items: anything('A value.'),
      description: 'Values that are allowed.',
      'x-kubernetes-list-type': 'atomic',
    },
    nullable: flag('Whether null is allowed.'),
    pattern: text('Regular expression (RE2) that a string must match somewhere.'),
    minLength: count('Least number of characters.'),
    maxLength: count('Most characters.'),
    minItems: count('Least number of items.'),
    maxItems: count('Most items.'),
    minProperties: count('Least number of entries.'),
    maxProperties: count('Most entries.'),
    minimum: number('Least value.'),
    maximum: number('Greatest value.'),
    multipleOf: number('What the value must be a multiple of.'),
    exclusiveMinimum: flag('Whether the value must be above minimum.'),
    exclusiveMaximum: flag('Whether the value must be below maximum.'),
    uniqueItems: flag('Not supported as true.'),
    required: texts('Fields that must be there.'),
  };
}

function extensionWords(): Record<string, SchemaNode> {
  return {
    'x-kubernetes-preserve-unknown-fields': flag('True: fields that are not declared are kept.'),
    'x-kubernetes-embedded-resource': flag('True: the value is a whole object with apiVersion, kind and metadata.'),
    'x-kubernetes-int-or-string': flag('True: the value is an integer or a string.'),
    'x-kubernetes-list-map-keys': texts('Fields that tell the items of a list of type map apart.'),
    'x-kubernetes-list-type': text('atomic (default), set or map: how lists merge.'),
    'x-kubernetes-map-type': text('granular (default) or atomic: how maps merge.'),
    'x-kubernetes-validations': {
      type: 'array',
      items: RULE,
      description: 'CEL rules.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['rule'],
    },
  };
}
