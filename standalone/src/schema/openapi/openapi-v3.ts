import { documentHash } from './document-hash.ts';
import type { CompiledKind, SchemaNode } from '../kinds.ts';
import { componentName, groupVersionKind, groupVersionPath, META_PREFIX } from './component-names.ts';
import { componentSchemas, type SchemaDialect, type SchemaDocument } from './component-schemas.ts';
import {
  type KindOperation,
  type KindPath,
  kindOf,
  kindPaths,
  patchMediaTypes,
  type QueryParameter,
} from './operations.ts';
import { versionInfo } from '../discovery/discovery.ts';

const PREFIX = '#/components/schemas/';

/** OpenAPI v3 says all that structural schemas say, and what two of their extensions imply. */
const DIALECT: SchemaDialect = {
  referencePrefix: PREFIX,
  node: (schema: SchemaNode) => {
    const { properties: _properties, items: _items, additionalProperties: _additional, ...rest } = schema;
    if (schema['x-kubernetes-int-or-string'] === true) return { ...rest, anyOf: rest.anyOf ?? INT_OR_STRING };
    return schema['x-kubernetes-embedded-resource'] === true ? embedded(rest) : rest;
  },
  hasChildren: () => true,
  describedReference: (description, reference) => ({ description, allOf: [reference] }),
};

const INT_OR_STRING: SchemaNode[] = [{ type: 'integer' }, { type: 'string' }];

function embedded(node: SchemaNode): SchemaDocument {
  return {
    ...node,
    required: [...new Set(['kind', 'apiVersion', ...(node.required ?? [])])],
    properties: {
      apiVersion: { type: 'string', description: 'Version of the API that the object belongs to.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: {
        description: 'Name, labels and life of the object.',
        allOf: [{ $ref: `${PREFIX}${META_PREFIX}ObjectMeta` }],
      },
    },
  };
}

/**
 * OpenAPI v3 document of one group-version; `path` is `api/v1` or `apis/nannyai.dev/v1alpha1`.
 * Undefined when none of `kinds` (which may hold others too) is of that group-version.
 */
export function openApiV3(kinds: readonly CompiledKind[], path: string): object | undefined {
  const own = kinds.filter((kind) => groupVersionPath(kind) === path);
  if (own.length === 0) return undefined;
  const paths = own.flatMap((kind) => kindPaths(kind).map((entry) => [entry.path, pathItem(kind, entry)] as const));
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: versionInfo()['gitVersion'] },
    paths: Object.fromEntries(paths),
    components: { schemas: componentSchemas(own, DIALECT) },
  };
}

/** The `/openapi/v3` index. Each URL carries a hash of its document, by which clients cache. */
export function openApiV3Index(kinds: readonly CompiledKind[]): {
  paths: Record<string, { serverRelativeURL: string }>;
} {
  const groupVersions = [...new Set(kinds.map(groupVersionPath))].sort();
  return {
    paths: Object.fromEntries(
      groupVersions.map((path) => {
        const hash = documentHash(JSON.stringify(openApiV3(kinds, path)));
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    ),
  };
}

function pathItem(kind: CompiledKind, entry: KindPath): object {
  const operations = entry.operations.map((operation) => [operation.method, operationObject(kind, operation)] as const);
  const parameters = [
    ...(entry.hasName ? [pathParameter('name', `name of the ${kind.resource.kind}`)] : []),
    ...(entry.hasNamespace ? [pathParameter('namespace', 'namespace of the object')] : []),
  ];
  return { ...Object.fromEntries(operations), ...(parameters.length === 0 ? {} : { parameters }) };
}

function pathParameter(name: string, description: string): object {
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } };
}

function queryParameter({ name, type, description }: QueryParameter): object {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}

function operationObject(kind: CompiledKind, operation: KindOperation): object {
  const object = componentName(operation.objectKind ?? kind);
  const answers = { object, list: `${componentName(kind)}List`, status: `${META_PREFIX}Status` };
  const content = {
    'application/json': schemaOf(answers[operation.answer]),
    'application/yaml': schemaOf(answers[operation.answer]),
  };
  const body = requestBody(kind, operation);
  return {
    description: operation.description,
    operationId: operation.operationId,
    parameters: operation.parameters.map(queryParameter),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { '200': { description: 'OK', content }, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': groupVersionKind(kindOf(kind, operation)),
  };
}

function schemaOf(name: string): { schema: SchemaDocument } {
  return { schema: { $ref: `${PREFIX}${name}` } };
}

function requestBody(kind: CompiledKind, { body, objectKind = kind }: KindOperation): object | undefined {
  if (body === 'none') return undefined;
  if (body === 'patch') {
    const content = patchMediaTypes(kind).map((type) => [type, schemaOf(`${META_PREFIX}Patch`)]);
    return { content: Object.fromEntries(content), required: true };
  }
  if (body === 'deleteOptions') return { content: { 'application/json': schemaOf(`${META_PREFIX}DeleteOptions`) } };
  return { content: { 'application/json': schemaOf(componentName(objectKind)) }, required: true };
}
