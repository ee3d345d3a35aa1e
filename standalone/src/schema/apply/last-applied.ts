import type { ApiObject, CompiledKind, Json } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { compareValues } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { withoutManagedFields } from './managed-fields.ts';
import { toFieldSet } from './to-field-set.ts';

/** Where kubectl's client-side apply keeps what it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The one manager that may take over what client-side apply set. */
export const KUBECTL = 'kubectl';

/**
 * The fields that `kubectl apply --server-side` takes over without a conflict: those that client-side apply set and
 * nobody changed since (KEP-555, upgrade from client-side apply).
 */
export function takenOver(live: ApiObject | undefined, manager: string, kind: CompiledKind): FieldSet {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  if (manager !== KUBECTL || live === undefined || text === undefined) return FieldSet.EMPTY;
  const last = parse(text);
  if (!isJsonObject(last) || last['apiVersion'] !== live.apiVersion) return FieldSet.EMPTY;
  const { added, removed, modified } = compareValues(last, withoutManagedFields(live) as Json, kind.versionSchema);
  return toFieldSet(last, kind.versionSchema).difference(modified).difference(added).difference(removed);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Whoever wrote it was not kubectl: nothing is taken over.
    return null;
  }
}
