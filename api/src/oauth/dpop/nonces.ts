import { createHmac } from 'node:crypto';
import type { Clock } from '@nannyapi/process';

/** How long one nonce is handed out, in milliseconds. */
const SLOT_MS = 30_000;
/** Length of the authentication code in a nonce, in bytes. */
const MAC_BYTES = 16;

/**
 * Nonces of DPoP (RFC 9449 §8) without a store: the number of a slot of 30 seconds, and its HMAC.
 *
 * A nonce is good in its slot and in the next one, so 30 to 60 seconds, on all replicas, for they share the keys. One of
 * the coming slot is good too: a replica whose clock is a little ahead has handed it out. Nonces bound how long a proof
 * that was copied could be replayed at another replica; within one replica it cannot be replayed at all.
 */
export class Nonces {
  readonly #keys: readonly Buffer[];
  readonly #clock: Clock;
  #slot = Number.NaN;
  #current = '';
  /** Every nonce that is good, and its slot. */
  #good = new Map<string, number>();

  /** @param keys newest first. */
  constructor(keys: readonly Buffer[], clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /** The one to hand out now. */
  current(): string {
    this.#turn();
    return this.#current;
  }

  /** The slot of a nonce that is good; `undefined` for every other text. */
  slotOf(nonce: string): number | undefined {
    this.#turn();
    return this.#good.get(nonce);
  }

  /** Oldest slot whose nonces are still good. */
  oldestSlot(): number {
    this.#turn();
    return this.#slot - 1;
  }

  #turn(): void {
    const slot = Math.floor(this.#clock.now().getTime() / SLOT_MS);
    if (slot === this.#slot) return;
    this.#slot = slot;
    const slots = [slot - 1, slot, slot + 1];
    this.#good = new Map(slots.flatMap((one) => this.#keys.map((key) => [nonceOf(one, key), one] as const)));
    const [newest] = this.#keys;
    this.#current = newest ? nonceOf(slot, newest) : '';
  }
}

function nonceOf(slot: number, key: Buffer): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(slot);
  const mac = createHmac('sha256', key).update(number).digest().subarray(0, MAC_BYTES);
  return Buffer.concat([number, mac]).toString('base64url');
}
