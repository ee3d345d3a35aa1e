import type { Clock, Logger } from '@nannyapi/process';
import {
  createInformer,
  isKubeError,
  type IndexFunctions,
  type Informer,
  type KubeClient,
  type KubeObject,
  type ResourceClient,
  type ResourceType,
} from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { CALL } from '../http/kube-call.ts';
import { WrittenStore } from './written-store.ts';

/** What {@link ReleaseObjects} needs. */
export interface ReleaseObjectsDeps {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry: Registry;
  /** Namespace of the release. */
  namespace: string;
}

/** An object that exists: it has a name and a state. */
type Written = KubeObject & { metadata: { name?: string; resourceVersion?: string } };

/**
 * One kind of the release namespace: a cache of all, and writes against a state that was seen.
 *
 * Every failure but "there is none" is a KubeApiError; `Conflict` says that somebody else wrote meanwhile.
 */
export class ReleaseObjects<T extends Written> {
  readonly informer: Informer<T>;
  readonly #namespace: string;
  readonly #objects: ResourceClient<T>;
  readonly #store: WrittenStore<T>;

  constructor(
    deps: ReleaseObjectsDeps,
    view: { type: ResourceType; name: string; indexes?: IndexFunctions<T> | undefined },
  ) {
    this.#namespace = deps.namespace;
    this.#objects = deps.client.resource<T>(view.type);
    this.informer = createInformer<T>({
      ...deps,
      client: this.#objects,
      name: view.name,
      query: { namespace: deps.namespace },
      indexes: view.indexes,
    });
    this.#store = new WrittenStore(this.informer, deps.clock);
  }

  /** What this replica knows, perhaps a moment old. */
  cached(name: string): T | undefined {
    return this.#store.get(`${this.#namespace}/${name}`);
  }

  /** The present state; `undefined` when there is none. */
  async live(name: string): Promise<T | undefined> {
    try {
      return this.#store.remember(await this.#objects.get({ namespace: this.#namespace, name }, CALL));
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
      this.#store.forget(`${this.#namespace}/${name}`);
      return undefined;
    }
  }

  /** The present ones with a label. */
  async liveByLabel(label: string, value: string): Promise<T[]> {
    return this.#objects.listAll({ namespace: this.#namespace, labelSelector: `${label}=${value}` }, CALL);
  }

  async create(object: T): Promise<T> {
    return this.#store.remember(await this.#objects.create(object, CALL));
  }

  /** Changes the status of an object from the state that was seen. */
  async writeStatus(seen: T, status: object): Promise<T> {
    const { name = '', resourceVersion } = seen.metadata;
    const patch = { metadata: { resourceVersion }, status };
    return this.#store.remember(await this.#objects.patchStatus({ namespace: this.#namespace, name }, patch, CALL));
  }

  /** Changes anything but the status from the state that was seen. */
  async write(seen: T, change: { metadata?: object; spec?: object }): Promise<T> {
    const { name = '', resourceVersion } = seen.metadata;
    const patch = { ...change, metadata: { ...change.metadata, resourceVersion } };
    return this.#store.remember(await this.#objects.patch({ namespace: this.#namespace, name }, patch, CALL));
  }
}
