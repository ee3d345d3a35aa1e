import { createHash } from 'node:crypto';
import { abortable, withDeadline, type Clock, type Logger } from '@nannyapi/process';
import { BoundedMap } from './bounded-map.ts';
import { isKubeError } from './client/kube-api-error.ts';
import type { KubeClient } from './client/kube-client.ts';
import type { ResourceClient } from './client/resource-client.ts';
import { EventCorrelator, type Correlated, type EventInput, type EventLimits } from './event-correlator.ts';
import type { KubeObject, ResourceType } from './objects.ts';

/** What an {@link EventRecorder} needs. */
export interface EventRecorderOptions {
  client: KubeClient;
  /** Who tells it, for example `nannyapi-operator`. */
  component: string;
  limits?: EventLimits | undefined;
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

type CorrelatedEvent = EventInput & Correlated;

/** Longest message that the API server takes. */
const MAX_MESSAGE_LENGTH = 1024;
/** Events remembered for counting; the oldest is forgotten and would start a new event. */
const MAX_REMEMBERED = 4096;
/** A write that takes longer than these milliseconds is given up: events behind it are worth more than this one. */
const WRITE_DEADLINE_MS = 5_000;
/** How long {@link EventRecorder.flush} waits, in milliseconds. */
const FLUSH_DEADLINE_MS = 5_000;
const CALL = { deadlineMs: WRITE_DEADLINE_MS };
/** Events that may wait to be written; more are dropped: the API server is slow, and they must not fill the memory. */
const MAX_WAITING = 256;

/**
 * Writes core/v1 Events, the kind that `kubectl describe` shows.
 *
 * Repetitions raise the count of the first event; see {@link EventCorrelator} for what is combined or left out. Events
 * are news and no state: they are written one after the other behind the caller's back, and losing one is logged and
 * no more than that. core/v1 and not events.k8s.io/v1, because a plain client can read and count them on every server.
 */
export class EventRecorder {
  readonly #events: ResourceClient<CoreEvent>;
  readonly #options: EventRecorderOptions;
  readonly #recorded = new BoundedMap<Recorded>(MAX_REMEMBERED);
  readonly #correlator: EventCorrelator;
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock, options.limits);
    this.#events = options.client.resource<CoreEvent>(EVENTS);
  }

  /** Records an event about an object; returns at once and never throws. */
  record(object: KubeObject, event: EventInput): void {
    const correlated = this.#correlator.correlate(object, event);
    if (!correlated) {
      this.#options.log.debug({ kind: object.kind, name: object.metadata.name, reason: event.reason }, 'Muted event');
      return;
    }
    if (this.#waiting >= MAX_WAITING) {
      this.#options.log.warn({ kind: object.kind, name: object.metadata.name, reason: event.reason }, 'Dropped event');
      return;
    }
    this.#waiting += 1;
    const time = this.#options.clock.now();
    this.#tail = this.#tail.then(() => this.#writeLogged(object, { ...event, ...correlated }, time));
  }

  /** Resolves when all events recorded so far are written or lost; after five seconds the rest is lost. Never rejects. */
  async flush(): Promise<void> {
    using deadline = withDeadline(FLUSH_DEADLINE_MS, { clock: this.#options.clock });
    try {
      await abortable(this.#tail, deadline.signal);
    } catch (error) {
      this.#options.log.warn({ waiting: this.#waiting, err: error }, 'Left events unwritten');
    }
  }

  async #writeLogged(object: KubeObject, event: CorrelatedEvent, time: Date): Promise<void> {
    try {
      await this.#write(object, event, time);
    } catch (error) {
      const { kind, metadata } = object;
      this.#options.log.warn({ kind, name: metadata.name, reason: event.reason, err: error }, 'Lost event');
    } finally {
      this.#waiting -= 1;
    }
  }

  async #write(object: KubeObject, event: CorrelatedEvent, time: Date): Promise<void> {
    const known = this.#recorded.get(event.key);
    if (known && (await this.#count(known, event.message, time))) return;
    const created = this.#eventOf(object, event, time);
    await this.#events.create(created, CALL);
    const { namespace = '', name = '' } = created.metadata;
    this.#recorded.set(event.key, { namespace, name, count: 1 });
  }

  /** @returns whether the event still existed. */
  async #count(known: Recorded, message: string, time: Date): Promise<boolean> {
    try {
      const change = { count: known.count + 1, lastTimestamp: wholeSeconds(time), message: cut(message) };
      await this.#events.patch(known, change, CALL);
      known.count += 1;
      return true;
    } catch (error) {
      // The API server keeps events for an hour only.
      if (isKubeError(error, 'NotFound')) return false;
      throw error;
    }
  }

  #eventOf(object: KubeObject, event: CorrelatedEvent, time: Date): CoreEvent {
    const { name = '', namespace = 'default', uid, resourceVersion } = object.metadata;
    const { component } = this.#options;
    const suffix = createHash('sha256').update(`${event.key}${time.getTime()}`).digest('hex').slice(0, 16);
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
      message: cut(event.message),
      count: 1,
      firstTimestamp: wholeSeconds(time),
      lastTimestamp: wholeSeconds(time),
      source: { component },
      reportingComponent: component,
      reportingInstance: component,
    };
  }
}

function cut(message: string): string {
  return message.slice(0, MAX_MESSAGE_LENGTH);
}

/** `metav1.Time` knows no fractions. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
