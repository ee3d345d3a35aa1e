import type { ApiObject, CompiledKind, Json, JsonObject } from '../kinds.ts';
import { isJsonObject } from '../structural/json-value.ts';
import { compareValues } from './compare.ts';
import { printPath } from './field-elements.ts';
import { serverSideApply, type ApplyConflict, type ServerSideApplyInput } from './server-side-apply.ts';
import { toFieldSet } from './to-field-set.ts';

/** Where `kubectl apply` without `--server-side` keeps the manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The manager of `kubectl apply --server-side`, unless another was asked for. */
const KUBECTL = 'kubectl';
/** All annotations of an object together, bytes (apimachinery, TotalAnnotationSizeLimitB). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * A server-side apply that takes over from an earlier `kubectl apply` on the client, as kube-apiserver has it.
 *
 * For the manager `kubectl` alone: fields that stand as the client applied them are no conflict, whoever is written
 * down as their manager, and the manifest in the annotation becomes the one that is applied now.
 */
export function applyOverClientSide(input: ServerSideApplyInput): { object: ApiObject; conflicts: ApplyConflict[] } {
  const result = takeOver(input);
  const isKept = input.manager === KUBECTL && result.conflicts.length === 0 && lastAppliedOf(result.object) !== '';
  return isKept ? { ...result, object: withLastApplied(result.object, input.applied) } : result;
}

function takeOver(input: ServerSideApplyInput): { object: ApiObject; conflicts: ApplyConflict[] } {
  const result = serverSideApply(input);
  if (input.manager !== KUBECTL || result.conflicts.length === 0 || input.live === undefined) return result;
  const untouched = fieldsAsLastApplied(input.live, input.kind);
  if (untouched === undefined) return result;
  const conflicts = result.conflicts.filter(({ field }) => !untouched.has(field));
  return conflicts.length > 0 ? { ...result, conflicts } : serverSideApply({ ...input, force: true });
}

/** Printed paths of what the client applied last and nobody has changed since; undefined when there is no record. */
function fieldsAsLastApplied(live: ApiObject, kind: CompiledKind): Set<string> | undefined {
  const applied = parse(lastAppliedOf(live));
  if (applied === undefined) return undefined;
  const { added, removed, modified } = compareValues(applied, live as unknown as Json, kind.versionSchema);
  const changed = added.union(removed).union(modified);
  const fields = toFieldSet(applied, kind.versionSchema).difference(changed);
  return new Set(fields.paths().map(printPath));
}

function lastAppliedOf({ metadata }: ApiObject): string {
  return metadata.annotations?.[LAST_APPLIED] ?? '';
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Anybody may write into the annotation; what is no manifest tells of no field.
    return undefined;
  }
}

function withLastApplied(object: ApiObject, applied: ApiObject): ApiObject {
  const { managedFields: _managedFields, annotations: given, ...metadata } = applied.metadata;
  const { [LAST_APPLIED]: _own, ...annotations } = given ?? {};
  const hasAnnotations = Object.keys(annotations).length > 0;
  const manifest = { ...applied, metadata: { ...metadata, ...(hasAnnotations ? { annotations } : {}) } };
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
