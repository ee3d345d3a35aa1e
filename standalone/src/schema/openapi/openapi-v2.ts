import { versionInfo } from '../discovery/discovery.ts';
import type { CompiledKind, SchemaNode } from '../kinds.ts';
import { componentName, groupVersionKind, META_PREFIX } from './component-names.ts';
import { componentSchemas, type SchemaDialect, type SchemaDocument } from './component-schemas.ts';
import { type KindOperation, type KindPath, kindOf, kindPaths, patchMediaTypes } from './operations.ts';

const PREFIX = '#/definitions/';

/** What OpenAPI v2 cannot say, and defaults, which would be filled in on the wrong side. */
const LEFT_OUT = new Set([
  'properties',
  'items',
  'additionalProperties',
  'default',
  'nullable',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
]);

/** OpenAPI v2 has neither alternatives nor nullable; what it cannot say is left open, so that clients refuse nothing. */
const DIALECT: SchemaDialect = {
  referencePrefix: PREFIX,
  node: (schema: SchemaNode) => {
    const document: SchemaDocument = Object.fromEntries(Object.entries(schema).filter(([key]) => !LEFT_OUT.has(key)));
    if (isOpen(schema) || schema['x-kubernetes-int-or-string'] === true) delete document['type'];
    return document;
  },
  hasChildren: (schema) => !isOpen(schema),
  describedReference: (description, reference) => ({ description, ...reference }),
};

function isOpen(schema: SchemaNode): boolean {
  return schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/**
 * OpenAPI v2 (Swagger) document of all kinds, as JSON. kubectl takes it as protobuf only, into which the server turns it.
 */
export function openApiV2(kinds: readonly CompiledKind[]): object {
  const paths = kinds.flatMap((kind) => kindPaths(kind).map((entry) => [entry.path, pathItem(kind, entry)] as const));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: versionInfo()['gitVersion'] },
    paths: Object.fromEntries(paths),
    definitions: componentSchemas(kinds, DIALECT),
  };
}

function pathItem(kind: CompiledKind, entry: KindPath): object {
  const operations = entry.operations.map((operation) => [operation.method, operationObject(kind, operation)] as const);
  const parameters = [...(entry.hasName ? ['name'] : []), ...(entry.hasNamespace ? ['namespace'] : [])].map((name) => ({
    name,
    in: 'path',
    required: true,
    type: 'string',
    uniqueItems: true,
  }));
  return { ...Object.fromEntries(operations), ...(parameters.length === 0 ? {} : { parameters }) };
}

function operationObject(kind: CompiledKind, operation: KindOperation): object {
  const object = componentName(operation.objectKind ?? kind);
  const answers = { object, list: `${componentName(kind)}List`, status: `${META_PREFIX}Status` };
  const bodies = {
    object,
    patch: `${META_PREFIX}Patch`,
    deleteOptions: `${META_PREFIX}DeleteOptions`,
  };
  const query = operation.parameters.map(({ name, type, description }) => ({
    name,
    in: 'query',
    type,
    description,
    uniqueItems: true,
  }));
  const body =
    operation.body === 'none'
      ? []
      : [
          {
            name: 'body',
            in: 'body',
            required: operation.body !== 'deleteOptions',
            schema: reference(bodies[operation.body]),
          },
        ];
  return {
    description: operation.description,
    operationId: operation.operationId,
    consumes: operation.body === 'patch' ? patchMediaTypes(kind) : ['application/json', 'application/yaml'],
    produces: ['application/json', 'application/yaml'],
    schemes: ['https'],
    parameters: [...body, ...query],
    responses: {
      '200': { description: 'OK', schema: reference(answers[operation.answer]) },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': groupVersionKind(kindOf(kind, operation)),
  };
}

function reference(name: string): SchemaDocument {
  return { $ref: `${PREFIX}${name}` };
}
