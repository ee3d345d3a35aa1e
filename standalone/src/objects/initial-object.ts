import { randomInt, randomUUID } from 'node:crypto';
import type { ApiObject, CompiledKind } from '../schema/index.ts';

/** Letters of generated names: no vowels and no look-alikes, as in apimachinery. */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_CHARS = 5;
/** Longest base of a generated name: 63 minus the suffix. */
const MAX_BASE_CHARS = 63 - SUFFIX_CHARS;

/** RFC 3339 in whole seconds, the form of meta/v1 Time. */
export function toTime(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

/** A name from `generateName` and five random characters. */
export function generateName(base: string): string {
  let suffix = '';
  while (suffix.length < SUFFIX_CHARS) suffix += NAME_ALPHABET[randomInt(NAME_ALPHABET.length)] ?? '';
  return `${base.slice(0, MAX_BASE_CHARS)}${suffix}`;
}

/** True for kinds that count their generations: custom ones and CRDs themselves. */
export function hasGeneration(kind: CompiledKind): boolean {
  return kind.isCustomResource || kind.resource.group === 'apiextensions.k8s.io';
}

/**
 * The object as a create begins it: a name, identity and birth of the server's making, and no status where the status
 * is a subresource.
 */
export function initialObject(kind: CompiledKind, sent: ApiObject, at: { namespace: string; now: Date }): ApiObject {
  const { status, ...rest } = sent;
  const {
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _deletionGracePeriodSeconds,
    resourceVersion: _resourceVersion,
    generation: _generation,
    namespace: _namespace,
    ...metadata
  } = sent.metadata;
  const base = metadata.generateName ?? '';
  return {
    ...rest,
    ...(kind.hasStatus || status === undefined ? {} : { status }),
    apiVersion: sent.apiVersion,
    kind: sent.kind,
    metadata: {
      ...metadata,
      ...(metadata.name === undefined && base !== '' ? { name: generateName(base) } : {}),
      ...(kind.resource.namespaced ? { namespace: at.namespace } : {}),
      uid: randomUUID(),
      creationTimestamp: toTime(at.now),
      ...(hasGeneration(kind) ? { generation: 1 } : {}),
    },
  };
}
