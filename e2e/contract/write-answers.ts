import type { RawAnswer } from '@nannyapi/standalone/testing';

/** Content types of the four kinds of patches. */
export const PATCH = {
  json: { 'content-type': 'application/json-patch+json' },
  merge: { 'content-type': 'application/merge-patch+json' },
  strategic: { 'content-type': 'application/strategic-merge-patch+json' },
  apply: { 'content-type': 'application/apply-patch+yaml' },
} as const;

/** `reason field` of each cause of a Status, each once: kube-apiserver judges some things more than once. */
export function causesOf({ body }: RawAnswer): string[] {
  const causes: { reason?: string; field?: string }[] = body.details?.causes ?? [];
  return [...new Set(causes.map(({ reason = '', field = '' }) => `${reason} ${field}`.trim()))];
}

/** Owners of an object, without times and in the order of their names. */
export function ownersOf({ body }: RawAnswer): unknown[] {
  const entries: { manager: string; operation: string; subresource?: string; fieldsV1: object }[] =
    body.metadata?.managedFields ?? [];
  return entries
    .map(({ manager, operation, subresource = '', fieldsV1 }) => [manager, operation, subresource, fieldsV1])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
