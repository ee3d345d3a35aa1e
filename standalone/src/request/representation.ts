import type { ApiObject, CompiledKind, IncludeObject } from '../schema/index.ts';
import { toPartialObjectMetadata, toPartialObjectMetadataList } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { StatusError } from '../status/status-error.ts';

/** The form a client asks for by its Accept header. */
export type Representation = 'Object' | 'Table' | 'PartialObjectMetadata';

/** List metadata of an answer. */
export interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/**
 * Picks the first form in an Accept header that is served.
 *
 * @throws StatusError NotAcceptable when there is none (for example, protobuf only).
 */
export function negotiate(accept: string | undefined): Representation {
  if (accept === undefined || accept.trim() === '') return 'Object';
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim().toLowerCase());
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice('as='.length);
    if (as === undefined) return 'Object';
    if (!parameters.includes('g=meta.k8s.io')) continue;
    if (as === 'table') return 'Table';
    if (as === 'partialobjectmetadata' || as === 'partialobjectmetadatalist') return 'PartialObjectMetadata';
  }
  throw new StatusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;as=Table;g=meta.k8s.io;v=v1, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  );
}

/** How one request wants objects written. */
export interface Rendering {
  kind: CompiledKind;
  representation: Representation;
  includeObject: IncludeObject;
  /** Ages are told as of the moment a row is written, also on a watch that has been open for long. */
  now: () => Date;
}

/** The text of a stored object in the version asked for. Stored text is passed on as it is when it fits. */
export function inVersion(kind: CompiledKind, text: string): string {
  if (kind.isStorageVersion) return text;
  return JSON.stringify({ ...(JSON.parse(text) as ApiObject), apiVersion: apiVersionOf(kind.resource) });
}

/** One object in the form asked for, as JSON text. */
export function renderObject(rendering: Rendering, text: string): string {
  const { kind, representation, includeObject, now } = rendering;
  const versioned = inVersion(kind, text);
  if (representation === 'Object') return versioned;
  const object = JSON.parse(versioned) as ApiObject;
  if (representation === 'PartialObjectMetadata') return JSON.stringify(toPartialObjectMetadata(object));
  const table = kind.table([object], { includeObject, now: now() });
  const { resourceVersion } = object.metadata;
  return JSON.stringify({ ...table, metadata: resourceVersion === undefined ? {} : { resourceVersion } });
}

/** A list in the form asked for, as JSON text. */
export function renderList(rendering: Rendering, texts: readonly string[], metadata: ListMeta): string {
  const { kind, representation, includeObject, now } = rendering;
  const versioned = texts.map((text) => inVersion(kind, text));
  if (representation === 'Object') {
    const head = { kind: kind.resource.listKind, apiVersion: apiVersionOf(kind.resource), metadata };
    // The items are text already; building the list by hand spares parsing and printing each of them.
    return `${JSON.stringify(head).slice(0, -1)},"items":[${versioned.join(',')}]}`;
  }
  const items = versioned.map((text) => JSON.parse(text) as ApiObject);
  if (representation === 'PartialObjectMetadata') {
    return JSON.stringify(toPartialObjectMetadataList({ metadata: { ...metadata }, items }));
  }
  return JSON.stringify({ ...kind.table(items, { includeObject, now: now() }), metadata });
}

/** The `includeObject` parameter of Table requests. */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject');
  return value === 'Object' || value === 'None' ? value : 'Metadata';
}
