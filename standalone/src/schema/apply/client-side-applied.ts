import type { ApiObject, Json } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { KUBECTL, LAST_APPLIED } from './last-applied.ts';
import { serverSideApply, type ApplyConflict, type ServerSideApplyInput } from './server-side-apply.ts';

/** All annotations of an object together, bytes (apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * A server-side apply after an earlier `kubectl apply` on the client: for the manager `kubectl` alone, the manifest in
 * the annotation becomes the one that is applied now, so that client-side apply can come back.
 */
export function applyOverClientSide(input: ServerSideApplyInput): { object: ApiObject; conflicts: ApplyConflict[] } {
  const result = serverSideApply(input);
  const isKept = input.manager === KUBECTL && result.conflicts.length === 0 && lastAppliedOf(result.object) !== '';
  return isKept ? { ...result, object: withLastApplied(result.object, input.applied) } : result;
}

function lastAppliedOf({ metadata }: ApiObject): string {
  return metadata.annotations?.[LAST_APPLIED] ?? '';
}

function withLastApplied(object: ApiObject, applied: ApiObject): ApiObject {
  const { managedFields: _managedFields, annotations: given, ...metadata } = applied.metadata;
  const { [LAST_APPLIED]: _own, ...annotations } = given ?? {};
  const manifest = { ...applied, metadata: { ...metadata, ...(given === undefined ? {} : { annotations }) } };
  const text = `${JSON.stringify(sorted(manifest as unknown as Json))}\n`;
  // Too long a manifest leaves an empty annotation, which the next client-side apply takes for none.
  const value = Buffer.byteLength(text) > MAX_ANNOTATION_BYTES ? '' : text;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [LAST_APPLIED]: value } },
  };
}

/** Keys in order, as Go writes them. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}
