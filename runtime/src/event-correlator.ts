import type { Clock } from '@nannyapi/process';
import { BoundedMap } from './bounded-map.ts';
import type { KubeObject } from './objects.ts';
import { TokenBucket } from './queue/token-bucket.ts';

/** What is told about an object. */
export interface EventInput {
  type: 'Normal' | 'Warning';
  /** PascalCase, from a closed list. */
  reason: string;
  /** One sentence; cut at 1024 characters, as the API server would refuse more. */
  message: string;
}

/** What becomes of an event. */
export interface Correlated {
  /** Events of one key are one event with a count. */
  key: string;
  /** As it is to be written. */
  message: string;
}

/** How much one object may tell. */
export interface EventLimits {
  /** Different messages for one reason, after which they are told as one event. Default 10. */
  maxSimilar?: number | undefined;
  /** Events at once; after them one in five minutes. Default 25. */
  burst?: number | undefined;
}

const MAX_SIMILAR = 10;
const BURST = 25;
const SPAM_PER_SECOND = 1 / 300;
/** Messages that lie further apart, in milliseconds, are not of one story. */
const SIMILAR_WITHIN_MS = 600_000;
/** Objects and stories that are remembered. */
const MAX_REMEMBERED = 4096;

/** The messages of one reason and object. */
interface Story {
  messages: Set<string>;
  lastMs: number;
}

/**
 * Decides which events are the same, which are too much alike to be told apart, and which are too many.
 *
 * The rules, and the numbers by default, are those of client-go: equal events are counted; of ten and more different messages for one
 * reason and object within ten minutes the rest become one event that begins `(combined from similar events)`; and an
 * object that makes more than 25 events at once gets one more every five minutes.
 */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #stories = new BoundedMap<Story>(MAX_REMEMBERED);
  readonly #limits = new BoundedMap<TokenBucket>(MAX_REMEMBERED);

  readonly #limitsOfOne: EventLimits;

  constructor(clock: Clock, limits: EventLimits = {}) {
    this.#clock = clock;
    this.#limitsOfOne = limits;
  }

  /** @returns `undefined` for an event that is one too many of its object. */
  correlate(object: KubeObject, event: EventInput): Correlated | undefined {
    const { apiVersion, kind, metadata } = object;
    const about = [apiVersion, kind, metadata.namespace, metadata.name, metadata.uid];
    if (!this.#isAllowed(JSON.stringify(about))) return undefined;
    const story = JSON.stringify([...about, event.type, event.reason]);
    if (this.#isOneOfMany(story, event.message)) {
      return { key: story, message: `(combined from similar events): ${event.message}` };
    }
    return { key: JSON.stringify([...about, event.type, event.reason, event.message]), message: event.message };
  }

  #isAllowed(about: string): boolean {
    const { burst = BURST } = this.#limitsOfOne;
    const limit = this.#limits.get(about) ?? new TokenBucket({ burst, perSecond: SPAM_PER_SECOND }, this.#clock);
    this.#limits.set(about, limit);
    return limit.tryTake();
  }

  #isOneOfMany(key: string, message: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#stories.get(key);
    const story: Story =
      known && nowMs - known.lastMs <= SIMILAR_WITHIN_MS ? known : { messages: new Set(), lastMs: nowMs };
    this.#stories.set(key, story);
    story.lastMs = nowMs;
    if (story.messages.has(message)) return false;
    if (story.messages.size >= (this.#limitsOfOne.maxSimilar ?? MAX_SIMILAR)) return true;
    story.messages.add(message);
    return false;
  }
}
