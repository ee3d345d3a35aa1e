import {
  AgentResource,
  AgentTaskResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Investigation,
} from '@nannyapi/crds';
import { systemClock, type Logger } from '@nannyapi/process';
import {
  createInformer,
  LeaseResource,
  type Informer,
  type KubeClient,
  type KubeObject,
  type Lease,
  type ResourceType,
} from '@nannyapi/runtime';
import type { PodStatus } from '../../faults/pods/index.ts';

/** A pod, as far as the story looks at it. */
export interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status?: Omit<PodStatus, 'containerStatuses'> & { containerStatuses?: readonly PodContainer[] };
}

/** The container of a pod, with the id of the one process tree that it is just now. */
export type PodContainer = NonNullable<PodStatus['containerStatuses']>[number] & { containerID?: string };

const PodResource: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

const SYNC_MS = 30_000;

/** What the API server knows just now of the kinds that the story is about; it survives every outage of it. */
export class World {
  readonly investigations: Informer<Investigation>;
  readonly tasks: Informer<AgentTask>;
  readonly agents: Informer<Agent>;
  readonly pods: Informer<Pod>;
  readonly leases: Informer<Lease>;
  readonly #stop = new AbortController();
  readonly #runs: Promise<void>[] = [];

  constructor({ client, log, namespace }: { client: KubeClient; log: Logger; namespace: string }) {
    const informerOf = <T extends KubeObject>(type: ResourceType, query = {}): Informer<T> =>
      createInformer<T>({ client: client.resource<T>(type), query, clock: systemClock, log });
    this.investigations = informerOf(InvestigationResource);
    this.tasks = informerOf(AgentTaskResource);
    this.agents = informerOf(AgentResource);
    this.pods = informerOf(PodResource);
    this.leases = informerOf(LeaseResource, { namespace });
    this.#start(this.pods);
    this.#start(this.leases);
  }

  /** Watches our own kinds too, which must be installed by now. */
  async watchOurKinds(): Promise<void> {
    const informers = [this.investigations, this.tasks, this.agents];
    for (const informer of informers) this.#start(informer);
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(SYNC_MS)]);
    await Promise.all(informers.map(async (informer) => await informer.waitForSync({ signal })));
  }

  #start(informer: Pick<Informer<KubeObject>, 'start'>): void {
    this.#runs.push(informer.start(this.#stop.signal));
  }

  /** Ends all watches. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#runs);
  }
}

/** How long something may take, in milliseconds, and what it is, for the error. */
export interface Expectation {
  what: string;
  deadlineMs: number;
}

/**
 * Waits, by watching, until something can be found among the objects.
 *
 * @throws Error with the last state when the deadline passes
 */
export async function until<T extends KubeObject, R>(
  informer: Informer<T>,
  { what, deadlineMs }: Expectation,
  find: (objects: readonly T[]) => R | undefined,
): Promise<R> {
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  const look = (): void => {
    const found = find(informer.store.list());
    if (found !== undefined) resolve(found);
  };
  const timer = setTimeout(() => {
    const last = informer.store.list().map(({ metadata, ...rest }) => ({ name: metadata.name, ...rest }));
    reject(new Error(`${what}: not within ${deadlineMs / 1000} s. Last state: ${JSON.stringify(last).slice(0, 8000)}`));
  }, deadlineMs);
  const stop = informer.onChange(look);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}
