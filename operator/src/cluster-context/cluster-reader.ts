import { withDeadline, type Clock } from '@nannyapi/process';
import { isKubeError, type KubeClient, type ListQuery, type ObjectRef, type ResourceType } from '@nannyapi/runtime';
import type { KubeObject } from '@nannyapi/runtime';

/** What was read, or why it was not. */
export type Reading<T> = { value: T } | { missing: { what: string; why: string } };

/** How long all that is read for one step may take, in milliseconds: a run does not wait for what is merely good to know. */
const PATIENCE_MS = 3_000;
/** Most objects of one list: a node has some 110 pods, and of events the newest are told. */
const MAX_OBJECTS = 500;

/** Reads of one step. It is made anew for each and ends all its reads after {@link PATIENCE_MS}. */
export class ClusterReader {
  readonly #client: KubeClient;
  readonly #deadline: ReturnType<typeof withDeadline>;
  readonly #caller: AbortSignal;

  constructor(deps: { client: KubeClient; clock: Clock; signal: AbortSignal }) {
    const { client, clock, signal } = deps;
    this.#client = client;
    this.#caller = signal;
    this.#deadline = withDeadline(PATIENCE_MS, { signal, clock });
  }

  /** One object. */
  get<T extends KubeObject>(type: ResourceType, ref: ObjectRef): Promise<Reading<T>> {
    const where = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
    return this.#read(`${type.kind} ${where}`, `get ${type.plural}`, () =>
      this.#client.resource<T>(type).get(ref, { signal: this.#deadline.signal }),
    );
  }

  /** The first {@link MAX_OBJECTS} objects of a query. @param what names them for people */
  list<T extends KubeObject>(type: ResourceType, query: ListQuery, what: string): Promise<Reading<T[]>> {
    return this.#read(what, `list ${type.plural}`, async () => {
      const call = { signal: this.#deadline.signal };
      const { items } = await this.#client.resource<T>(type).list({ limit: MAX_OBJECTS, ...query }, call);
      // Items of a list do not name their kind.
      return items.map((item) => ({ ...item, kind: type.kind }));
    });
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }

  async #read<T>(what: string, right: string, read: () => Promise<T>): Promise<Reading<T>> {
    try {
      return { value: await read() };
    } catch (error) {
      // The run itself is ending; whatever else fails costs its lines alone.
      this.#caller.throwIfAborted();
      return { missing: { what, why: this.#reasonOf(error, right) } };
    }
  }

  #reasonOf(error: unknown, right: string): string {
    if (isKubeError(error, 'Forbidden')) return `Forbidden: the operator lacks the right to ${right}`;
    if (isKubeError(error, 'NotFound')) return 'it does not exist (any more)';
    if (this.#deadline.signal.aborted) return 'the API server did not answer in time';
    if (isKubeError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}
