import { randomInt } from 'node:crypto';
import type { ApiObject, KindResource } from '../schema/index.ts';
import { alreadyExists, StatusError } from '../status/status-error.ts';

/** Letters of generated names: no vowels and no look-alikes, as in apimachinery. */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_CHARS = 5;
/** Longest base of a generated name: 63 minus the suffix. */
const MAX_BASE_CHARS = 63 - SUFFIX_CHARS;

/** As often as kube-apiserver makes up a name anew when the first is taken. */
export const MAX_NAME_ATTEMPTS = 8;

/** A name from `generateName` and five random characters. */
export function generateName(base: string): string {
  let suffix = '';
  while (suffix.length < SUFFIX_CHARS) suffix += NAME_ALPHABET[randomInt(NAME_ALPHABET.length)] ?? '';
  return `${base.slice(0, MAX_BASE_CHARS)}${suffix}`;
}

/** True for an object whose name the server is to make up. */
export function wantsGeneratedName({ metadata: { name = '', generateName: base = '' } }: ApiObject): boolean {
  return name === '' && base !== '';
}

/** 409: every name that was made up is taken. The client may try again. */
export function nameNotGenerated(resource: Pick<KindResource, 'group' | 'plural'>, name: string): StatusError {
  const taken = alreadyExists(resource, name);
  const message = `${taken.message}, the server was not able to generate a unique name for the object`;
  return new StatusError('AlreadyExists', message, { ...taken.statusDetails, retryAfterSeconds: 1 });
}

/** 409: there is such an object, or there still is one that goes. */
export function nameTaken(
  resource: Pick<KindResource, 'group' | 'plural'>,
  taken: { name: string; isDeleting: boolean },
): StatusError {
  const refusal = alreadyExists(resource, taken.name);
  if (!taken.isDeleting) return refusal;
  return new StatusError('AlreadyExists', `object is being deleted: ${refusal.message}`, refusal.statusDetails);
}
