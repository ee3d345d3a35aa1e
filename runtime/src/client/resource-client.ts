import type { KubeObject, ObjectRef } from '../objects.ts';

/** What bounds one call. A call without a deadline gets the client's default of 30 seconds. */
export interface Call {
  signal?: AbortSignal | undefined;
  /** Milliseconds from now, retries included. */
  deadlineMs?: number | undefined;
}

/** Which objects of a resource are meant; no namespace means all of them. */
export interface ObjectQuery {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** One page of a list. */
export interface ListQuery extends ObjectQuery {
  /** Most objects in the page. */
  limit?: number | undefined;
  /** The token of the previous page; the API server answers `Expired` when it is too old. */
  continue?: string | undefined;
  /** `'0'` lets the server answer from its cache; absent asks for the newest state. */
  resourceVersion?: string | undefined;
}

/** A page and where the rest starts. */
export interface ListPage<T> {
  items: T[];
  /** The point from which a watch misses nothing. */
  resourceVersion: string;
  /** Absent on the last page. */
  continue?: string;
}

/** Where a watch starts and how long the server keeps it open. */
export interface WatchQuery extends ObjectQuery {
  resourceVersion?: string | undefined;
  /** Seconds after which the server closes the watch in good order. */
  timeoutSeconds?: number | undefined;
  allowWatchBookmarks?: boolean | undefined;
  /** Begin with all objects there are, and mark their end with a bookmark (KEP-3157); needs `resourceVersionMatch`. */
  sendInitialEvents?: boolean | undefined;
  resourceVersionMatch?: 'NotOlderThan' | undefined;
}

/** What bounds a watch: the signal ends it, silence longer than `idleTimeoutMs` fails it. */
export interface WatchCall {
  signal: AbortSignal;
  /** Milliseconds without a byte after which the connection counts as dead. Default: 5 s more than `timeoutSeconds`. */
  idleTimeoutMs?: number | undefined;
}

/** One line of a watch; `ERROR` never appears here, it is thrown as a KubeApiError. */
export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string; isInitialEventsEnd?: boolean | undefined };

/** Options of a server-side apply. */
export interface ApplyOptions {
  fieldManager: string;
  /** Take over fields that another manager owns instead of failing with `Conflict`. */
  force?: boolean | undefined;
}

/** Preconditions and manner of a deletion. */
export interface DeleteOptions {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' | undefined;
}

/**
 * Reads the API server itself: the present state, for the price of a request.
 *
 * Lists and gets are repeated while they may yet succeed (429, 5xx, connection lost). Every failure is a KubeApiError.
 * See `CachedReader` for the other kind of reading.
 */
export interface LiveReader<T extends KubeObject> {
  get(ref: ObjectRef, call?: Call): Promise<T>;
  list(query?: ListQuery, call?: Call): Promise<ListPage<T>>;
  /** All pages, 500 objects each. */
  listAll(query?: ObjectQuery, call?: Call): Promise<T[]>;
}

/**
 * Changes objects. Every failure is a KubeApiError.
 *
 * A write is repeated only when the API server says that it did nothing and when to come back (429 or 503 with
 * Retry-After), or that the credentials were not good; one that failed on the wire may have happened, and only its
 * caller can know whether repeating it is safe.
 */
export interface Writer<T extends KubeObject> {
  create(object: T, call?: Call): Promise<T>;
  /** Replaces the object; `metadata.resourceVersion`, when present, is a precondition. */
  update(object: T, call?: Call): Promise<T>;
  /** Server-side apply. */
  apply(object: Partial<T> & KubeObject, options: ApplyOptions, call?: Call): Promise<T>;
  /** RFC 7386 merge patch. */
  patch(ref: ObjectRef, mergePatch: object, call?: Call): Promise<T>;
  /** RFC 7386 merge patch on the status subresource. */
  patchStatus(ref: ObjectRef, mergePatch: object, call?: Call): Promise<T>;
  delete(ref: ObjectRef, options?: DeleteOptions, call?: Call): Promise<void>;
}

/** The verbs of one resource. */
export interface ResourceClient<T extends KubeObject> extends LiveReader<T>, Writer<T> {
  /** One watch connection; it ends when the server closes it or the signal aborts, and throws otherwise. */
  watch(query: WatchQuery, call: WatchCall): AsyncIterable<WatchEvent<T>>;
}
