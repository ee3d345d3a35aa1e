import type { Clock, Timer } from '@nannyapi/process';
import { ApiError } from '../http/api-error.ts';
import type { SseStream } from './sse-stream.ts';

/** How often each stream gets a `ping`, in seconds. */
export const PING_SECONDS = 15;

/**
 * All open streams of one replica: pings them, and ends them when the replica closes.
 *
 * The streams sit in as many slots as there are seconds between pings, and each second one slot is pinged: ten
 * thousand streams need one timer and never all write in the same instant.
 */
export class OpenStreams {
  readonly #clock: Clock;
  readonly #slots = Array.from({ length: PING_SECONDS }, () => new Set<SseStream>());
  #timer: Timer | undefined;
  #turn = 0;
  #isClosing = false;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#slots.reduce((sum, slot) => sum + slot.size, 0);
  }

  /** Keeps a stream alive until it ends. A stream that comes while the replica closes is ended at once. */
  add(stream: SseStream): void {
    if (this.#isClosing) return stream.end('Closing');
    // The slot that was pinged last, so that the first ping comes after a whole turn.
    const slot = this.#slots[(this.#turn + PING_SECONDS - 1) % PING_SECONDS];
    slot?.add(stream);
    stream.onEnd(() => slot?.delete(stream));
    this.#timer ??= this.#clock.setTimer(1000, () => this.#tick());
  }

  /** @throws ApiError `Unavailable` while the replica closes. */
  refuseWhenClosing(): void {
    if (this.#isClosing) throw new ApiError('Unavailable', 'This replica is closing', { retryAfterSeconds: 1 });
  }

  /** Ends all streams; their readers are told to come back. */
  close(): void {
    this.#isClosing = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const slot of this.#slots) for (const stream of slot) stream.end('Closing');
  }

  #tick(): void {
    this.#timer = undefined;
    for (const stream of this.#slots[this.#turn] ?? []) stream.send('ping', {});
    this.#turn = (this.#turn + 1) % PING_SECONDS;
    if (!this.#isClosing && this.size > 0) this.#timer = this.#clock.setTimer(1000, () => this.#tick());
  }
}
