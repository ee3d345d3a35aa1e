import type { Cause } from '../kinds.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../metadata/names.ts';
import { invalid, notSupported, required } from '../structural/cause.ts';
import { crdConversionCauses } from './crd-conversion.ts';
import { crdNameCauses } from './crd-names.ts';
import { subresourceCauses } from './crd-subresources.ts';
import type { Crd, CrdVersion } from './crd-types.ts';
import { type CrdPart, liftVersions, schemaPathOf } from './lift-versions.ts';
import { printerColumnCauses } from './printer-columns.ts';
import { rootSchemaCauses } from './root-schema.ts';
import { selectableFieldCauses } from './selectable-fields.ts';

/**
 * Violations of a CRD in kube-apiserver's order and with its paths, CEL rules included. Expects canonical form.
 */
export function crdCauses(crd: Crd): Cause[] {
  const { spec } = crd;
  const parts = liftVersions(crd);
  const shared = parts.at(-1);
  return [
    ...nameCauses(crd),
    ...groupCauses(spec.group ?? ''),
    ...scopeCauses(spec.scope ?? ''),
    ...missingSchemaCauses(parts),
    ...spec.versions.flatMap(({ name }, index) => versionNameCauses(name, `spec.versions[${index}].name`)),
    ...parts.slice(0, -1).flatMap((part) => partCauses(crd, part)),
    ...versionListCauses(spec.versions),
    ...crdNameCauses(spec.names),
    ...(shared === undefined ? [] : partCauses(crd, shared)),
    ...crdConversionCauses(spec.conversion),
    ...storedVersionCauses(spec.versions),
    ...preserveCauses(crd),
  ];
}

/** The name tells the resource; that there is one is the metadata's to check. */
function nameCauses({ metadata, spec }: Crd): Cause[] {
  const { name = '' } = metadata;
  if (name === '' || name === `${spec.names.plural}.${spec.group ?? ''}`) return [];
  return [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function groupCauses(group: string): Cause[] {
  if (group === '') return [required('spec.group')];
  const errors = dns1123SubdomainErrors(group);
  if (errors.length > 0) return [invalid('spec.group', group, errors.join(','))];
  return group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeCauses(scope: string): Cause[] {
  const scopes = ['Cluster', 'Namespaced'];
  if (scope === '') return [required('spec.scope')];
  return scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)];
}

function missingSchemaCauses(parts: readonly CrdPart[]): Cause[] {
  if (parts.at(-1)?.schema?.openAPIV3Schema !== undefined) return [];
  return parts
    .slice(0, -1)
    .filter(({ schema }) => schema?.openAPIV3Schema === undefined)
    .map(({ path }) => required(`${path}.schema.openAPIV3Schema`));
}

function versionNameCauses(name: string, path: string): Cause[] {
  const errors = dns1035LabelErrors(name);
  return errors.length === 0 ? [] : [invalid(path, name, errors.join(','))];
}

function versionListCauses(versions: readonly CrdVersion[]): Cause[] {
  const causes: Cause[] = [];
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    causes.push(invalid('spec.versions', versions, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    causes.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  const [first] = versions;
  return first === undefined || first.name === ''
    ? causes
    : [...causes, ...versionNameCauses(first.name, 'spec.version')];
}

function partCauses(crd: Crd, part: CrdPart): Cause[] {
  const schema = part.schema?.openAPIV3Schema;
  const columnPath = `${part.path}.additionalPrinterColumns`;
  return [
    ...(part.version === undefined ? [] : deprecationCauses(part.version, `${part.path}.deprecationWarning`)),
    ...(schema === undefined
      ? []
      : rootSchemaCauses(schema, { path: schemaPathOf(part), hasStatus: hasStatus(crd, part) })),
    ...subresourceCauses(part.subresources, `${part.path}.subresources`),
    ...printerColumnCauses(part.additionalPrinterColumns, columnPath),
    ...partSelectableCauses(part),
  ];
}

function hasStatus({ spec }: Crd, part: CrdPart): boolean {
  const versions = part.version === undefined ? spec.versions : [part.version];
  return versions.some(({ subresources }) => subresources?.status !== undefined);
}

function partSelectableCauses({ selectableFields = [], schema, path, version }: CrdPart): Cause[] {
  if (selectableFields.length === 0) return [];
  const at = `${path}.selectableFields`;
  if (schema?.openAPIV3Schema !== undefined) return selectableFieldCauses(selectableFields, schema.openAPIV3Schema, at);
  const place = version === undefined ? 'validations.schema' : '`version.schema.openAPIV3Schema`';
  return [invalid(at, '', `may only be set when ${place} is included`)];
}

const MAX_WARNING_BYTES = 256;

function deprecationCauses({ deprecated, deprecationWarning: text }: CrdVersion, path: string): Cause[] {
  if (text === undefined) return [];
  if (deprecated !== true) return [invalid(path, text, 'can only be set for deprecated versions')];
  const errors: string[] = [];
  if (Buffer.byteLength(text) > MAX_WARNING_BYTES) errors.push('must be <= 256 characters long');
  if (text === '') errors.push('must not be an empty string');
  if (/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)) errors.push('must only contain printable UTF-8 characters');
  return errors.map((error) => invalid(path, text, error));
}

function storedVersionCauses(versions: readonly CrdVersion[]): Cause[] {
  const stored = versions.find(({ storage }) => storage);
  const path = 'status.storedVersions';
  if (stored === undefined) return [invalid(path, [], 'must have at least one stored version')];
  const others = versions.filter(({ storage, name }) => storage && name !== stored.name);
  return others.map(({ name }) => invalid(path, [stored.name], `must have the storage version ${name}`));
}

function preserveCauses({ spec }: Crd): Cause[] {
  if (spec.preserveUnknownFields !== true) return [];
  const words =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalid('spec.preserveUnknownFields', true, words)];
}
