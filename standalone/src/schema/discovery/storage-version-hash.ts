import { createHash } from 'node:crypto';
import type { CompiledKind } from '../kinds.ts';

/** Bytes of the digest that are told. */
const HASH_BYTES = 8;

/**
 * What discovery tells of the version that objects of a kind are stored in, so that clients see when it changes:
 * a digest of its group, version and kind. Undefined when that version is not among `kinds`.
 */
export function storageVersionHash(kinds: readonly CompiledKind[], kind: CompiledKind): string | undefined {
  const { group, plural } = kind.resource.keptBy ?? kind.resource;
  const stored = kinds.find(
    ({ resource, isStorageVersion }) => isStorageVersion && resource.group === group && resource.plural === plural,
  )?.resource;
  if (stored === undefined) return undefined;
  const digest = createHash('sha256').update(`${stored.group}/${stored.version}/${stored.kind}`).digest();
  return digest.subarray(0, HASH_BYTES).toString('base64');
}
