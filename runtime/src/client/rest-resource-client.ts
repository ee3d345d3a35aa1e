import type { KubeObject, ObjectRef, ResourceType } from '../objects.ts';
import type {
  ApplyOptions,
  Call,
  DeleteOptions,
  ListPage,
  ListQuery,
  ObjectQuery,
  ResourceClient,
  WatchCall,
  WatchEvent,
  WatchQuery,
} from './resource-client.ts';
import { KubeApiError } from './kube-api-error.ts';
import { collectionPath, objectPath } from './resource-path.ts';
import { connectionError, type KubeRequest, type Transport } from './transport.ts';
import { parseWatchLine, readLines } from './watch-stream.ts';

const PAGE_SIZE = 500;
/** A watch whose caller says nothing is closed by the server after so long. */
const DEFAULT_WATCH_SECONDS = 300;
const MERGE_PATCH = 'application/merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

/** {@link ResourceClient} over HTTP. */
export class RestResourceClient<T extends KubeObject> implements ResourceClient<T> {
  readonly #type: ResourceType;
  readonly #transport: Transport;

  constructor(type: ResourceType, transport: Transport) {
    this.#type = type;
    this.#transport = transport;
  }

  async get(ref: ObjectRef, call?: Call): Promise<T> {
    return this.#object({ method: 'GET', path: objectPath(this.#type, ref) }, call);
  }

  async list(query: ListQuery = {}, call?: Call): Promise<ListPage<T>> {
    const { namespace, ...parameters } = query;
    const path = collectionPath(this.#type, namespace);
    const answer = await this.#json({ method: 'GET', path, query: { ...parameters } }, call);
    const { items, metadata } = answer as RawList<T>;
    return {
      items: (items ?? []).map((item) => this.#typed(item)),
      resourceVersion: metadata?.resourceVersion ?? '',
      ...(metadata?.continue ? { continue: metadata.continue } : {}),
    };
  }

  async listAll(query: ObjectQuery = {}, call?: Call): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: ListPage<T> = await this.list({ ...query, limit: PAGE_SIZE, continue: next }, call);
      items.push(...page.items);
      next = page.continue;
    } while (next);
    return items;
  }

  async create(object: T, call?: Call): Promise<T> {
    const { namespace } = object.metadata;
    if (this.#type.namespaced && !namespace) throw new TypeError(`A ${this.#type.kind} is created without a namespace`);
    return this.#object({ method: 'POST', path: collectionPath(this.#type, namespace), body: object }, call);
  }

  async update(object: T, call?: Call): Promise<T> {
    return this.#object({ method: 'PUT', path: objectPath(this.#type, refOf(object)), body: object }, call);
  }

  async apply(object: Partial<T> & KubeObject, options: ApplyOptions, call?: Call): Promise<T> {
    // The server refuses an applied object that brings managedFields along.
    const { managedFields: _, ...metadata } = object.metadata;
    return this.#object(
      {
        method: 'PATCH',
        path: objectPath(this.#type, refOf(object)),
        query: { fieldManager: options.fieldManager, force: options.force },
        body: { ...object, metadata },
        contentType: APPLY_PATCH,
      },
      call,
    );
  }

  async patch(ref: ObjectRef, mergePatch: object, call?: Call): Promise<T> {
    const path = objectPath(this.#type, ref);
    return this.#object({ method: 'PATCH', path, body: mergePatch, contentType: MERGE_PATCH }, call);
  }

  async patchStatus(ref: ObjectRef, mergePatch: object, call?: Call): Promise<T> {
    const path = objectPath(this.#type, ref, 'status');
    return this.#object({ method: 'PATCH', path, body: mergePatch, contentType: MERGE_PATCH }, call);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}, call?: Call): Promise<void> {
    const { uid, resourceVersion, propagationPolicy } = options;
    const preconditions = uid || resourceVersion ? { uid, resourceVersion } : undefined;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, propagationPolicy };
    await this.#json({ method: 'DELETE', path: objectPath(this.#type, ref), body }, call);
  }

  async *watch(query: WatchQuery, call: WatchCall): AsyncGenerator<WatchEvent<T>> {
    const { namespace, timeoutSeconds = DEFAULT_WATCH_SECONDS, ...parameters } = query;
    const idleTimeoutMs = call.idleTimeoutMs ?? (timeoutSeconds + 5) * 1000;
    const path = collectionPath(this.#type, namespace);
    const request = {
      method: 'GET',
      path,
      query: { watch: true, timeoutSeconds, ...parameters },
    };
    try {
      for await (const line of readLines(this.#transport.stream(request, { signal: call.signal, idleTimeoutMs }))) {
        if (call.signal.aborted) return;
        if (line === '') continue;
        const event = parseWatchLine<T>(line);
        yield event.type === 'BOOKMARK' ? event : { ...event, object: this.#typed(event.object) };
      }
    } catch (error) {
      if (call.signal.aborted || this.#transport.isClosed) return;
      throw connectionError(error, call.signal);
    }
  }

  async #object(request: KubeRequest, call: Call | undefined): Promise<T> {
    const answer = await this.#json(request, call);
    return this.#typed(answer as T);
  }

  async #json(request: KubeRequest, call: Call | undefined): Promise<object> {
    const answer = await this.#transport.json(request, call);
    if (typeof answer === 'object' && answer !== null) return answer;
    throw new KubeApiError({ code: 'ConnectionFailed', message: 'The answer holds no object', status: 503 });
  }

  /** The API server leaves apiVersion and kind out of the items of built-in lists. */
  #typed(object: T): T {
    if (object.kind && object.apiVersion) return object;
    const { group, version, kind } = this.#type;
    return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind };
  }
}

interface RawList<T> {
  items?: T[] | null;
  metadata?: { resourceVersion?: string; continue?: string };
}

function refOf(object: KubeObject): ObjectRef {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
}
