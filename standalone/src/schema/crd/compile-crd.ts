import { compileRules } from '../cel/compile-rules.ts';
import { compileKind } from '../kind/compile-kind.ts';
import type { ApiObject, Cause, CompiledKind, JsonObject, KindResource, SchemaNode } from '../kinds.ts';
import { dottedValue } from '../kind/dotted-value.ts';
import { dns1123SubdomainErrors } from '../metadata/names.ts';
import { invalid } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { schemaCauses } from '../structural/validate.ts';
import { AGE_COLUMN, compileColumn, NAME_COLUMN, tableMaker } from '../table/table.ts';
import { CRD_SCHEMA } from './crd-schema.ts';
import type { Crd, CrdVersion } from './crd-types.ts';
import { InvalidObjectError } from './invalid-object-error.ts';
import { crdCauses, schemaPath } from './validate-crd.ts';

const CRD_RESOURCE = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };

/** Verbs of custom resources in the order discovery lists them. */
export const ALL_VERBS: readonly string[] = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];

/** Compiles the storage version of a CRD. Throws InvalidObjectError (code `Invalid`) with kube-apiserver's causes. */
export function compileCrd(crd: unknown): CompiledKind {
  const kind = compileCrdVersions(crd).find((compiled) => compiled.isStorageVersion);
  if (kind !== undefined) return kind;
  const words = 'the storage version must be served here';
  throw new InvalidObjectError(CRD_RESOURCE, nameOf(crd), [invalid('spec.versions', null, words)]);
}

/** Compiles every served version of a CRD. Throws InvalidObjectError (code `Invalid`) with kube-apiserver's causes. */
export function compileCrdVersions(crd: unknown): CompiledKind[] {
  const causes = schemaCauses(crd, CRD_SCHEMA, '');
  if (causes.length > 0) throw new InvalidObjectError(CRD_RESOURCE, nameOf(crd), causes);
  const definition = crd as Crd;
  const compiled = definition.spec.versions.map((version, index) => compileVersion(definition, version, index));
  const allCauses = [...crdCauses(definition), ...compiled.flatMap((version) => version.causes)];
  const unique = allCauses.filter((cause, index) => allCauses.findIndex((other) => isSame(other, cause)) === index);
  if (unique.length > 0) throw new InvalidObjectError(CRD_RESOURCE, nameOf(crd), unique);
  return definition.spec.versions.flatMap((version, index) => {
    const tree = compiled[index]?.tree;
    return version.served ? [toKind(definition, version, tree)] : [];
  });
}

function isSame(a: Cause, b: Cause): boolean {
  return a.field === b.field && a.message === b.message;
}

function nameOf(crd: unknown): string {
  const metadata = isJsonObject(crd) ? crd['metadata'] : undefined;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function compileVersion(crd: Crd, version: CrdVersion, index: number): ReturnType<typeof compileRules> {
  const schema = version.schema?.openAPIV3Schema;
  return schema === undefined
    ? { tree: undefined, causes: [] }
    : compileRules(asResource(schema), schemaPath(crd, index));
}

/** The root is a resource: rules may read apiVersion, kind and the names in metadata. */
function asResource(schema: SchemaNode): SchemaNode {
  return { ...schema, 'x-kubernetes-embedded-resource': true };
}

function toKind(crd: Crd, version: CrdVersion, tree: ReturnType<typeof compileRules>['tree']): CompiledKind {
  const columns = version.additionalPrinterColumns ?? [AGE_COLUMN];
  const selectable = new Map(
    (version.selectableFields ?? []).map(({ jsonPath }) => {
      const path = jsonPath.slice(1);
      return [path, (object: ApiObject) => dottedValue(object as unknown as JsonObject, path)];
    }),
  );
  return compileKind({
    resource: resourceOf(crd, version),
    isCustomResource: true,
    isStorageVersion: version.storage,
    hasStatus: version.subresources?.status !== undefined,
    verbs: ALL_VERBS,
    schema: version.schema?.openAPIV3Schema ?? { type: 'object' },
    rules: tree,
    table: tableMaker([NAME_COLUMN, ...columns.map(compileColumn)]),
    selectable,
    nameErrors: dns1123SubdomainErrors,
  });
}

function resourceOf(crd: Crd, version: CrdVersion): KindResource {
  const { group, names, scope } = crd.spec;
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
  };
}
