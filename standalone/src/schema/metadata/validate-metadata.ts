import type { Cause, ObjectMeta, OwnerReference } from '../kinds.ts';
import { forbidden, invalid, required, tooLong } from '../structural/cause.ts';
import { jsonEqual } from '../structural/json-value.ts';
import { dns1123LabelErrors, labelValueErrors, qualifiedNameErrors } from './names.ts';

/** Keys and values of all annotations together, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** What the kind asks of names and namespaces. */
export interface NameRules {
  namespaced: boolean;
  /** What is wrong with a name of the kind. */
  nameErrors(name: string): string[];
  /** True for kinds of the core group: a finalizer without a domain is refused. */
  hasQualifiedFinalizers?: boolean;
}

/** Violations in the metadata of a new object, in kube-apiserver's words. */
export function metadataCauses(meta: ObjectMeta, rules: NameRules): Cause[] {
  return [...nameCauses(meta, rules), ...namespaceCauses(meta, rules), ...commonCauses(meta, rules)];
}

/** Violations in the metadata of an updated object: the identity must stay as it was. */
export function metadataUpdateCauses(meta: ObjectMeta, old: ObjectMeta, rules: NameRules): Cause[] {
  const causes = old.deletionTimestamp === undefined ? [] : newFinalizerCauses(meta, old);
  if ((meta.resourceVersion ?? '') === '') {
    causes.push(invalid('metadata.resourceVersion', meta.resourceVersion ?? '', 'must be specified for an update'));
  }
  for (const key of IMMUTABLE) {
    if (!jsonEqual(meta[key], old[key]))
      causes.push(invalid(`metadata.${key}`, meta[key] ?? null, 'field is immutable'));
  }
  return [...commonCauses(meta, rules), ...causes];
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function nameCauses(meta: ObjectMeta, rules: NameRules): Cause[] {
  const generateName = meta.generateName ?? '';
  const name = meta.name ?? '';
  // A trailing dash comes before the random suffix: kube-apiserver judges the prefix with its last two characters masked.
  const prefixErrors = generateName === '' ? [] : rules.nameErrors(generateName.replace(/.-$/s, 'a'));
  const causes = prefixErrors.map((error) => invalid('metadata.generateName', generateName, error));
  if (name === '') return [...causes, required('metadata.name', 'name or generateName is required')];
  return [...causes, ...rules.nameErrors(name).map((error) => invalid('metadata.name', name, error))];
}

function namespaceCauses(meta: ObjectMeta, rules: NameRules): Cause[] {
  const namespace = meta.namespace ?? '';
  if (!rules.namespaced) return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  if (namespace === '') return [required('metadata.namespace')];
  return dns1123LabelErrors(namespace).map((error) => invalid('metadata.namespace', namespace, error));
}

function commonCauses(meta: ObjectMeta, rules: NameRules): Cause[] {
  const { generation = 0 } = meta;
  return [
    ...(generation < 0 ? [invalid('metadata.generation', generation, 'must be greater than or equal to 0')] : []),
    ...labelCauses(meta.labels),
    ...annotationCauses(meta.annotations),
    ...ownerCauses(meta.ownerReferences),
    ...finalizerCauses(meta, rules),
  ];
}

function labelCauses(labels: Record<string, string> = {}): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((error) => invalid('metadata.labels', key, error)),
    ...labelValueErrors(value).map((error) => invalid('metadata.labels', value, error)),
  ]);
}

function annotationCauses(annotations: Record<string, string> = {}): Cause[] {
  const causes = Object.keys(annotations).flatMap((key) =>
    qualifiedNameErrors(key.toLowerCase()).map((error) => invalid('metadata.annotations', key, error)),
  );
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return bytes > MAX_ANNOTATION_BYTES ? [...causes, tooLong('metadata.annotations', MAX_ANNOTATION_BYTES)] : causes;
}

function ownerCauses(owners: readonly OwnerReference[] = []): Cause[] {
  const path = 'metadata.ownerReferences';
  const causes = owners.flatMap((owner) => oneOwnerCauses(owner, path));
  const controllers = owners.filter((owner) => owner.controller === true).map((owner) => `${owner.kind}/${owner.name}`);
  const [first = ''] = controllers;
  const extra = controllers.slice(1).map((name) => {
    const words = 'Only one reference can have Controller set to true. Found "true" in references for';
    return invalid(path, owners, `${words} ${first} and ${name}`);
  });
  return [...causes, ...extra];
}

function oneOwnerCauses(owner: Partial<OwnerReference>, path: string): Cause[] {
  const { apiVersion = '' } = owner;
  // More than one slash names no version at all.
  const version = apiVersion.split('/').length > 2 ? '' : apiVersion.split('/').at(-1);
  const causes = version === '' ? [invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty')] : [];
  for (const key of ['kind', 'name', 'uid'] as const) {
    if ((owner[key] ?? '') === '') causes.push(invalid(`${path}.${key}`, owner[key] ?? '', 'must not be empty'));
  }
  if (apiVersion === 'v1' && owner.kind === 'Event') {
    causes.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return causes;
}

/** Finalizers of Kubernetes' own, which need no domain. */
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function finalizerCauses(meta: ObjectMeta, rules: NameRules): Cause[] {
  const finalizers = meta.finalizers ?? [];
  const causes = finalizers.flatMap((name) =>
    qualifiedNameErrors(name).map((error) => invalid('metadata.finalizers', name, error)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const words = 'finalizer orphan and foregroundDeletion cannot be both set';
    causes.push(invalid('metadata.finalizers', finalizers, words));
  }
  if (rules.hasQualifiedFinalizers !== true) return causes;
  const words = 'name is neither a standard finalizer name nor is it fully qualified';
  const bare = finalizers.flatMap((name, index) =>
    name.includes('/') || STANDARD_FINALIZERS.has(name) ? [] : [invalid(`metadata.finalizers[${index}]`, name, words)],
  );
  return [...causes, ...bare];
}

function newFinalizerCauses(meta: ObjectMeta, old: ObjectMeta): Cause[] {
  const known = new Set(old.finalizers);
  const extra = (meta.finalizers ?? []).filter((name) => !known.has(name)).sort();
  if (extra.length === 0) return [];
  const list = `[]string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`;
  const words = 'no new finalizers can be added if the object is being deleted, found new finalizers';
  return [forbidden('metadata.finalizers', `${words} ${list}`)];
}
