import type { ApiObject, CompiledKind, IncludeObject } from '../schema/index.ts';
import { toPartialObjectMetadata, toPartialObjectMetadataList } from '../schema/index.ts';
import { apiVersionOf } from '../kinds/kind-registry.ts';
import { badRequest, StatusError } from '../status/status-error.ts';
import type { Clock } from '@nannyapi/process';
import type { ResourceRequest } from './resource-request.ts';
import type { Representation } from './representation-choice.ts';

/** List metadata of an answer. */
export interface ListMeta {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** How one request wants objects written. */
export interface Rendering {
  kind: CompiledKind;
  representation: Representation;
  includeObject: IncludeObject;
  /** Ages are told as of the moment a row is written, also on a watch that has been open for long. */
  now: () => Date;
}

/** How the answer to a request is written. @throws StatusError BadRequest for a bad `includeObject`. */
export function renderingOf(request: ResourceRequest, clock: Clock): Rendering {
  const { kind, representation, query } = request;
  const includeObject = representation === 'Table' ? includeObjectOf(query) : 'Metadata';
  return { kind, representation, includeObject, now: () => clock.now() };
}

/** The text of a stored object in the version asked for. Stored text is passed on as it is when it fits. */
export function inVersion(kind: CompiledKind, text: string): string {
  if (kind.isStorageVersion) return text;
  return JSON.stringify(kind.fromStored(JSON.parse(text) as ApiObject));
}

/** One object in the form asked for, as JSON text. */
export function renderObject(rendering: Rendering, text: string): string {
  const { kind, representation, includeObject, now } = rendering;
  const versioned = inVersion(kind, text);
  if (representation === 'Object') return versioned;
  if (representation === 'PartialObjectMetadataList') throw notOfThisShape(representation, 'is no list');
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
    // kube-apiserver gives lists of custom resources an empty token, and those of built-in kinds none.
    const listMeta = kind.isCustomResource ? { continue: '', ...metadata } : metadata;
    const head = { kind: kind.resource.listKind, apiVersion: apiVersionOf(kind.resource), metadata: listMeta };
    const items = kind.isCustomResource ? versioned : versioned.map((text) => withoutType(kind, text));
    // The items are text already; building the list by hand spares parsing and printing each of them.
    return `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(',')}]}`;
  }
  if (representation === 'PartialObjectMetadata') throw notOfThisShape(representation, 'is a list');
  const items = versioned.map((text) => JSON.parse(text) as ApiObject);
  if (representation === 'PartialObjectMetadataList') {
    return JSON.stringify(toPartialObjectMetadataList({ metadata: { ...metadata }, items }));
  }
  return JSON.stringify({ ...kind.table(items, { includeObject, now: now() }), metadata });
}

/** The items of a list of a built-in kind name no kind of their own: the list does. */
function withoutType(kind: CompiledKind, text: string): string {
  // The store writes the type first.
  const type = `{"apiVersion":"${apiVersionOf(kind.resource)}","kind":"${kind.resource.kind}",`;
  if (text.startsWith(type)) return `{${text.slice(type.length)}`;
  const { apiVersion: _apiVersion, kind: _kind, ...object } = JSON.parse(text) as ApiObject;
  return JSON.stringify(object);
}

function notOfThisShape(asked: string, why: string): StatusError {
  return new StatusError('NotAcceptable', `you requested ${asked}, but the requested object ${why}`);
}

/** The `includeObject` parameter of Table requests. @throws StatusError BadRequest for a value that does not exist. */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'Object' || value === 'Metadata' || value === 'None') return value;
  const rule = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: ${rule}`,
  );
}
