import type { CompiledKind, ManagedFieldsEntry } from '../kinds.ts';
import { decodeFields } from './decode-fields.ts';
import type { FieldSet } from './field-set.ts';

/** Who owns what: one entry of managedFields, decoded. */
export interface Manager {
  name: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  /** Absent when the entry never had one. */
  time?: string;
  fields: FieldSet;
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Identity of a manager: appliers keep theirs across versions. */
export function managerKey(manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { name, operation, apiVersion, subresource } = manager;
  return JSON.stringify([name, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/**
 * Decodes managedFields. One entry that is none (another operation, no version, another form than FieldsV1) spoils the
 * whole record: then it is as good as empty.
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] = []): Map<string, Manager> {
  const managers = new Map<string, Manager>();
  for (const entry of entries) {
    const manager = decodeManager(entry);
    if (manager === undefined) return new Map();
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function decodeManager(entry: Partial<ManagedFieldsEntry>): Manager | undefined {
  const { manager: name = '', operation, apiVersion = '', fieldsType, fieldsV1, time, subresource = '' } = entry;
  if ((operation !== 'Apply' && operation !== 'Update') || apiVersion === '' || fieldsType !== 'FieldsV1')
    return undefined;
  const fields = decodeFields(fieldsV1);
  if (fields === undefined) return undefined;
  return { name, operation, apiVersion, subresource, ...(time === undefined ? {} : { time }), fields };
}

/** managedFields of the managers that own something, in Kubernetes' order: Apply first, then by time and name. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()]
    .filter(({ fields }) => !fields.isEmpty)
    .sort(byOrder)
    .map(({ name, operation, apiVersion, subresource, time, fields }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields.toFieldsV1(),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

function byOrder(a: Manager, b: Manager): number {
  const keys = [
    [a.operation, b.operation],
    [a.time ?? '', b.time ?? ''],
    [a.name, b.name],
    [a.apiVersion, b.apiVersion],
    [a.subresource, b.subresource],
  ] as const;
  const [left, right] = keys.find(([x, y]) => x !== y) ?? ['', ''];
  return left < right ? -1 : Number(left > right);
}

/** Metadata that the server sets and nobody owns. */
const UNOWNED_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** The set without the part of the object that a write through the (sub)resource cannot change. */
export function reachable(set: FieldSet, kind: CompiledKind, subresource: string): FieldSet {
  if (subresource === 'status') return set.without('f:metadata').without('f:spec');
  return kind.hasStatus ? set.without('f:status') : set;
}

/** The set without what nobody owns: type and identity. */
export function ownable(set: FieldSet): FieldSet {
  const metadata = UNOWNED_METADATA.reduce((fields, key) => fields.without(`f:${key}`), set.child('f:metadata'));
  return set.without('f:apiVersion').without('f:kind').without('f:metadata').withChild('f:metadata', metadata);
}

/** RFC 3339 in whole seconds, as managedFields hold times. */
export function wholeSeconds(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
