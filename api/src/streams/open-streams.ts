import type { Clock, Timer } from '@nannyapi/process';
import { ApiError } from '../http/api-error.ts';
import type { Authentication } from '../identity/credential-scheme.ts';
import type { SseStream } from './sse-stream.ts';

/** How often each stream gets a `ping`, in seconds. */
export const PING_SECONDS = 15;
/** Pings from one check of a stream's credential to the next. */
const PINGS_PER_CHECK = 2;

interface Watched {
  recheck: (() => Promise<boolean>) | undefined;
  pings: number;
}

/**
 * All open streams of one replica: pings them, and ends them when the replica closes.
 *
 * The streams sit in as many slots as there are seconds between pings, and each second one slot is pinged: ten
 * thousand streams need one timer and never all write in the same instant. With every second ping the credential is
 * asked about anew, so that a stream outlives a deleted pod or a withdrawn login by a minute at most.
 */
export class OpenStreams {
  readonly #clock: Clock;
  readonly #slots = Array.from({ length: PING_SECONDS }, () => new Map<SseStream, Watched>());
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

  /**
   * Keeps a stream alive until it ends, or until `recheck` says that its credential is no longer good; it is asked now and
   * then, and at once when `onDoubt` calls. A stream that comes while the replica closes is ended at once.
   */
  add(stream: SseStream, recheck?: Authentication['recheck'], onDoubt?: Authentication['onDoubt']): void {
    if (this.#isClosing) return stream.end('Closing');
    // The slot that was pinged last, so that the first ping comes after a whole turn.
    const slot = this.#slots[(this.#turn + PING_SECONDS - 1) % PING_SECONDS];
    slot?.set(stream, { recheck, pings: 0 });
    stream.onEnd(() => slot?.delete(stream));
    if (recheck && onDoubt) stream.onEnd(onDoubt(() => void check(stream, recheck)));
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
    for (const slot of this.#slots) for (const stream of slot.keys()) stream.end('Closing');
  }

  #tick(): void {
    this.#timer = undefined;
    for (const [stream, watched] of this.#slots[this.#turn] ?? []) ping(stream, watched);
    this.#turn = (this.#turn + 1) % PING_SECONDS;
    if (!this.#isClosing && this.size > 0) this.#timer = this.#clock.setTimer(1000, () => this.#tick());
  }
}

function ping(stream: SseStream, watched: Watched): void {
  stream.send('ping', {});
  watched.pings++;
  if (watched.recheck && watched.pings % PINGS_PER_CHECK === 0) void check(stream, watched.recheck);
}

async function check(stream: SseStream, recheck: () => Promise<boolean>): Promise<void> {
  if (!(await recheck())) stream.end('CredentialEnded');
}
