import type { Cause } from '../kinds.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../metadata/names.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../structural/cause.ts';
import { jsonEqual } from '../structural/json-value.ts';
import { compileJsonPath } from '../table/json-path.ts';
import type { Crd, CrdNames, CrdVersion } from './crd-types.ts';
import { structuralCauses } from './structural-schema.ts';

/** Violations of a CRD besides its CEL rules, with the paths that kube-apiserver reports. Expects the shape of `CRD_SCHEMA`. */
export function crdCauses(crd: Crd): Cause[] {
  const { spec } = crd;
  const wantedName = `${spec.names.plural}.${spec.group}`;
  const nameCauses =
    crd.metadata.name === wantedName
      ? []
      : [invalid('metadata.name', crd.metadata.name ?? '', 'must be spec.names.plural+"."+spec.group')];
  return [
    ...nameCauses,
    ...groupCauses(spec.group),
    ...scopeCauses(spec.scope),
    ...versionListCauses(spec.versions),
    ...nameSetCauses(spec.names),
    ...spec.versions.flatMap((version, index) => versionCauses(crd, version, index)),
    ...preserveCauses(crd),
  ];
}

/**
 * Path of a version's schema in messages. kube-apiserver lifts what all versions share (so everything, where there
 * is one version) to the top of its internal form, and reports that path.
 */
export function schemaPath(crd: Crd, index: number): string {
  const [first, ...rest] = crd.spec.versions;
  const isShared = rest.every((version) => jsonEqual(version.schema, first?.schema));
  return isShared ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`;
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

function versionListCauses(versions: readonly CrdVersion[]): Cause[] {
  const causes = versions.flatMap(({ name }, index) => {
    const errors = dns1035LabelErrors(name);
    return errors.length === 0 ? [] : [invalid(`spec.versions[${index}].name`, name, errors.join(','))];
  });
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    causes.push(invalid('spec.versions', versions, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    causes.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  return causes;
}

function nameSetCauses(names: CrdNames): Cause[] {
  const causes: Cause[] = [];
  const check = (key: string, value: string, prefix = ''): void => {
    const errors = value === '' ? [] : dns1035LabelErrors(value);
    if (value === '') causes.push(required(`spec.names.${key}`));
    if (errors.length > 0) causes.push(invalid(`spec.names.${key}`, value, `${prefix}${errors.join(',')}`));
  };
  const mixedCase = 'may have mixed case, but should otherwise match: ';
  const listKind = names.listKind ?? `${names.kind}List`;
  check('plural', names.plural);
  check('singular', names.singular ?? names.kind.toLowerCase());
  check('kind', names.kind.toLowerCase(), mixedCase);
  check('listKind', listKind.toLowerCase(), mixedCase);
  (names.shortNames ?? []).forEach((name, index) => check(`shortNames[${index}]`, name));
  (names.categories ?? []).forEach((name, index) => check(`categories[${index}]`, name));
  if (names.kind !== '' && names.kind === listKind) {
    causes.push(invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  }
  return causes;
}

function versionCauses(crd: Crd, version: CrdVersion, index: number): Cause[] {
  const path = schemaPath(crd, index);
  const schema = version.schema?.openAPIV3Schema;
  if (schema === undefined) {
    return [required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')];
  }
  return [...structuralCauses(schema, path), ...columnCauses(version, index), ...selectableCauses(version, index)];
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];

function columnCauses(version: CrdVersion, index: number): Cause[] {
  return (version.additionalPrinterColumns ?? []).flatMap((column, at) => {
    const path = `spec.versions[${index}].additionalPrinterColumns[${at}]`;
    const causes = COLUMN_TYPES.includes(column.type)
      ? []
      : [invalid(`${path}.type`, column.type, `must be one of ${COLUMN_TYPES.join(',')}`)];
    if (column.name === '') causes.push(required(`${path}.name`));
    if (column.jsonPath === '') causes.push(required(`${path}.jsonPath`));
    else causes.push(...jsonPathCauses(column.jsonPath, `${path}.jsonPath`));
    return causes;
  });
}

function jsonPathCauses(jsonPath: string, path: string): Cause[] {
  try {
    compileJsonPath(jsonPath);
    return jsonPath.startsWith('.') ? [] : [invalid(path, jsonPath, 'must be a simple json path starting with .')];
  } catch (error) {
    return [invalid(path, jsonPath, error instanceof Error ? error.message : String(error))];
  }
}

function selectableCauses(version: CrdVersion, index: number): Cause[] {
  const seen = new Set<string>();
  return (version.selectableFields ?? []).flatMap(({ jsonPath }, at) => {
    const path = `spec.versions[${index}].selectableFields[${at}].jsonPath`;
    if (jsonPath === '') return [required(path)];
    if (seen.has(jsonPath)) return [duplicate(path, jsonPath)];
    seen.add(jsonPath);
    if (jsonPath.startsWith('.metadata')) return [invalid(path, jsonPath, 'must not point to fields in metadata')];
    return fieldTypeCauses(version, jsonPath, path);
  });
}

const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];

function fieldTypeCauses(version: CrdVersion, jsonPath: string, path: string): Cause[] {
  let node = version.schema?.openAPIV3Schema;
  for (const key of jsonPath.split('.').slice(1)) {
    node = node?.properties !== undefined && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
  }
  if (node === undefined) return [invalid(path, jsonPath, 'is an invalid path: does not refer to a valid field')];
  if (SELECTABLE_TYPES.includes(node.type ?? '')) return [];
  const words =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalid(path, jsonPath, words)];
}

function preserveCauses(crd: Crd): Cause[] {
  const causes: Cause[] = [];
  if (crd.spec.preserveUnknownFields === true) {
    const words =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.push(invalid('spec.preserveUnknownFields', true, words));
  }
  if (crd.spec.conversion !== undefined && crd.spec.conversion.strategy !== 'None') {
    causes.push(forbidden('spec.conversion.strategy', 'conversion webhooks are not served here'));
  }
  return causes;
}
