import type { Clock, Logger } from '@nannyapi/process';
import type { Registry } from 'prom-client';
import type { KubeClient } from '../client/kube-client.ts';
import type { KubeObject, ResourceType } from '../objects.ts';
import type { Informer, InformerView } from './informer.ts';
import { StoreInformer } from './store-informer.ts';

/** What an {@link InformerFactory} needs. */
export interface InformerFactoryOptions {
  client: Pick<KubeClient, 'resource'>;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
}

interface Shared {
  key: string;
  transform: unknown;
  informer: Informer<KubeObject>;
}

/** Hands out informers so that a process lists, watches and stores each resource and query once, for all its users. */
export class InformerFactory {
  readonly #options: InformerFactoryOptions;
  readonly #shared: Shared[] = [];

  constructor(options: InformerFactoryOptions) {
    this.#options = options;
  }

  /** All informers handed out, each once; whoever starts them starts what others have not. */
  get informers(): Informer<KubeObject>[] {
    return this.#shared.map(({ informer }) => informer);
  }

  /**
   * The one informer of a resource and query; a later user adds its indexes to it.
   *
   * The name is that of the first user, by default the plural.
   *
   * @throws TypeError when another user transforms the objects otherwise, or has another index of the same name: one
   *   store cannot hold both.
   */
  informer<T extends KubeObject>(type: ResourceType, view: InformerView<T> = {}): Informer<T> {
    const { query = {}, indexes = {}, transform, name = type.plural } = view;
    const key = keyOf(type, query);
    const present = this.#shared.find((each) => each.key === key);
    if (!present) {
      const client = this.#options.client.resource<T>(type);
      const informer = new StoreInformer<T>({ ...this.#options, client, name, query, indexes, transform });
      this.#shared.push({ key, transform, informer });
      return informer;
    }
    if (present.transform !== transform) {
      throw new TypeError(`The informer ${present.informer.name} has another transform`);
    }
    const informer = present.informer as unknown as StoreInformer<T>;
    informer.addIndexes(indexes);
    return informer;
  }
}

function keyOf(
  { group, version, plural }: ResourceType,
  query: NonNullable<InformerView<KubeObject>['query']>,
): string {
  const { namespace = '', labelSelector = '', fieldSelector = '' } = query;
  return JSON.stringify([group, version, plural, namespace, labelSelector, fieldSelector]);
}
