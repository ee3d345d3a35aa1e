import type { ApiObject } from '../kinds.ts';

/**
 * Copy of a valid CRD with its defaults (singular, listKind, conversion) and the status of an accepted and
 * established one, so that `kubectl wait --for=condition=Established` is content at once.
 * Transition times of conditions that already hold are kept.
 */
export function establishCrd(crd: ApiObject, now: Date): ApiObject {
  return { ...crd, status: { at: now.toISOString() } };
}
