import { CodedError } from '@nannyapi/process';
import { compileRules } from '../cel/compile-rules.ts';
import { compileKind } from '../kind/compile-kind.ts';
import type { ApiObject, CompiledKind, JsonObject, KindResource } from '../kinds.ts';
import { dottedValue } from '../kind/dotted-value.ts';
import { dns1123SubdomainErrors } from '../metadata/names.ts';
import { scaleCauses, scaleView } from '../scale/scale-view.ts';
import { invalid } from '../structural/cause.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { decodeFault } from '../structural/decode-fault.ts';
import { AGE_COLUMN, compileColumns, NAME_COLUMN, tableMaker } from '../table/table.ts';
import { approvalCauses } from './api-approval.ts';
import { canonicalCrd } from './canonical-crd.ts';
import { CRD_SCHEMA } from './crd-schema.ts';
import type { Crd, CrdNames, CrdVersion } from './crd-types.ts';
import { InvalidObjectError } from './invalid-object-error.ts';
import { asResource } from './root-schema.ts';
import { deprecationOf } from './version-deprecation.ts';
import { crdCauses } from './validate-crd.ts';

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
  const fault = isJsonObject(crd) && isJsonObject(crd['metadata']) ? decodeFault(crd, CRD_SCHEMA, '') : 'no object';
  if (fault !== undefined) throw new CodedError({ code: 'BadRequest', status: 400, message: fault });
  const definition = canonicalCrd(crd as ApiObject) as Crd;
  const causes = [...crdCauses(definition), ...approvalCauses(definition.spec.group, definition, undefined)];
  if (causes.length > 0) throw new InvalidObjectError(CRD_RESOURCE, nameOf(crd), causes);
  return compileStoredCrd(definition);
}

/**
 * Compiles every served version of a CRD that was judged when it was stored. Judging it again would take as long as
 * compiling it, at every start.
 */
export function compileStoredCrd(crd: ApiObject): CompiledKind[] {
  const definition = crd as Crd;
  return definition.spec.versions.filter(({ served }) => served).map((version) => toKind(definition, version));
}

function nameOf(crd: unknown): string {
  const metadata = isJsonObject(crd) ? crd['metadata'] : undefined;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function toKind(crd: Crd, version: CrdVersion): CompiledKind {
  const schema = version.schema?.openAPIV3Schema ?? { type: 'object' };
  const columns = version.additionalPrinterColumns ?? [AGE_COLUMN];
  const selectable = new Map(
    (version.selectableFields ?? []).map(({ jsonPath }) => {
      const path = jsonPath.slice(1);
      return [path, (object: ApiObject) => dottedValue(object as unknown as JsonObject, path)];
    }),
  );
  const scale = version.subresources?.scale;
  return compileKind({
    resource: resourceOf(crd, version),
    isCustomResource: true,
    isStorageVersion: version.storage,
    hasStatus: version.subresources?.status !== undefined,
    ...(scale === undefined
      ? {}
      : {
          scale: scaleView(scale, crd.spec.scope === 'Namespaced'),
          extraCauses: (object) => scaleCauses(object, scale),
        }),
    deprecation: deprecationOf(crd, version),
    verbs: ALL_VERBS,
    schema,
    rules: compileRules(asResource(schema), '').tree,
    table: tableMaker([NAME_COLUMN, ...compileColumns(columns)]),
    selectable,
    nameErrors: dns1123SubdomainErrors,
  });
}

function resourceOf(crd: Crd, version: CrdVersion): KindResource {
  const { group, scope } = crd.spec;
  const names = givenNames(crd);
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

/** Names that another definition has are not served, although the definition asks for them. */
function givenNames(crd: Crd): CrdNames {
  const status = crd['status'] as { acceptedNames?: CrdNames } | undefined;
  const accepted = status?.acceptedNames;
  return accepted?.kind === undefined || accepted.kind === ''
    ? crd.spec.names
    : { ...crd.spec.names, shortNames: [], ...accepted };
}
