import { createHash } from 'node:crypto';
import type { Clock, Logger } from '@nannyapi/process';
import { isKubeError } from './client/kube-api-error.ts';
import type { KubeClient } from './client/kube-client.ts';
import type { ResourceClient } from './client/resource-client.ts';
import type { KubeObject, ResourceType } from './objects.ts';

/** What is told about an object. */
export interface EventInput {
  type: 'Normal' | 'Warning';
  /** PascalCase, from a closed list. */
  reason: string;
  /** One sentence; cut at 1024 characters, as the API server would refuse more. */
  message: string;
}

/** What an {@link EventRecorder} needs. */
export interface EventRecorderOptions {
  client: KubeClient;
  /** Who tells it, for example `nannyapi-operator`. */
  component: string;
  clock: Clock;
  log: Logger;
}

const EVENTS: ResourceType = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

interface CoreEvent extends KubeObject {
  involvedObject: Record<string, string | undefined>;
  type: string;
  reason: string;
  message: string;
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
  source: { component: string };
  reportingComponent: string;
  reportingInstance: string;
}

/** An event that was written, by whose name its repetitions are counted. */
interface Recorded {
  namespace: string;
  name: string;
  count: number;
}

/** Longest message that the API server takes. */
const MAX_MESSAGE_LENGTH = 1024;
/** Events remembered for counting; the oldest is forgotten and would start a new event. */
const MAX_REMEMBERED = 1024;
/** Events that may wait to be written; more are dropped, for they tell of a storm that is told already. */
const MAX_WAITING = 256;

/**
 * Writes core/v1 Events, the kind that `kubectl describe` shows.
 *
 * Repetitions raise the count of the first event. Events are news and no state: they are written one
 * after the other behind the caller's back, and losing one is logged and no more than that.
 */
export class EventRecorder {
  readonly #events: ResourceClient<CoreEvent>;
  readonly #options: EventRecorderOptions;
  readonly #recorded = new Map<string, Recorded>();
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#events = options.client.resource<CoreEvent>(EVENTS);
  }

  /** Records an event about an object; returns at once and never throws. */
  record(object: KubeObject, event: EventInput): void {
    if (this.#waiting >= MAX_WAITING) {
      this.#options.log.warn({ kind: object.kind, name: object.metadata.name, reason: event.reason }, 'Dropped event');
      return;
    }
    this.#waiting += 1;
    const time = this.#options.clock.now();
    this.#tail = this.#tail.then(() => this.#writeLogged(object, event, time));
  }

  /** Resolves when all events recorded so far are written or lost. */
  flush(): Promise<void> {
    return this.#tail;
  }

  async #writeLogged(object: KubeObject, event: EventInput, time: Date): Promise<void> {
    try {
      await this.#write(object, event, time);
    } catch (error) {
      const { kind, metadata } = object;
      this.#options.log.warn({ kind, name: metadata.name, reason: event.reason, err: error }, 'Lost event');
    } finally {
      this.#waiting -= 1;
    }
  }

  async #write(object: KubeObject, event: EventInput, time: Date): Promise<void> {
    const key = JSON.stringify([object.kind, object.metadata.uid, event.type, event.reason, event.message]);
    const known = this.#recorded.get(key);
    if (known && (await this.#count(known, time))) return;
    const created = this.#eventOf(object, event, { key, time });
    await this.#events.create(created);
    this.#remember(key, { namespace: created.metadata.namespace ?? '', name: created.metadata.name ?? '', count: 1 });
  }

  /** @returns whether the event still existed. */
  async #count(known: Recorded, time: Date): Promise<boolean> {
    try {
      await this.#events.patch(known, { count: known.count + 1, lastTimestamp: wholeSeconds(time) });
      known.count += 1;
      return true;
    } catch (error) {
      // The API server keeps events for an hour only.
      if (isKubeError(error, 'NotFound')) return false;
      throw error;
    }
  }

  #remember(key: string, recorded: Recorded): void {
    this.#recorded.set(key, recorded);
    if (this.#recorded.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#recorded.keys();
    if (oldest !== undefined) this.#recorded.delete(oldest);
  }

  #eventOf(object: KubeObject, event: EventInput, { key, time }: { key: string; time: Date }): CoreEvent {
    const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
    const { component } = this.#options;
    const suffix = createHash('sha256').update(`${key}${time.getTime()}`).digest('hex').slice(0, 16);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, 200)}.${suffix}`, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        namespace: object.metadata.namespace,
        uid,
        resourceVersion,
      },
      type: event.type,
      reason: event.reason,
      message: event.message.slice(0, MAX_MESSAGE_LENGTH),
      count: 1,
      firstTimestamp: wholeSeconds(time),
      lastTimestamp: wholeSeconds(time),
      source: { component },
      reportingComponent: component,
      reportingInstance: component,
    };
  }
}

/** `metav1.Time` knows no fractions. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
