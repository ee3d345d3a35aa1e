import type { Clock } from '@nannyapi/process';
import { BoundedMap, TokenBucket } from '@nannyapi/runtime';
import { LoginError } from './login-error.ts';

/** Logins that one address may come back from; an office behind one address has its rush at nine. */
const PER_ADDRESS = { perSecond: 1, burst: 60 };
/** Logins of all addresses. */
const IN_TOTAL = { perSecond: 50, burst: 200 };
/** Addresses that are told apart. */
const MAX_ADDRESSES = 10_000;
/** Logins that wait for a provider at a time. */
const MAX_AT_ONCE = 64;

/** Keeps a flood of callbacks, each of which has us ask a provider, from becoming a flood at the provider. */
export class LoginRate {
  readonly #clock: Clock;
  readonly #total: TokenBucket;
  readonly #addresses = new BoundedMap<TokenBucket>(MAX_ADDRESSES);
  #atOnce = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#total = new TokenBucket(IN_TOTAL, clock);
  }

  /** Runs what asks a provider. @throws LoginError `Busy`. */
  async run<T>(address: string, ask: () => Promise<T>): Promise<T> {
    const bucket = this.#addresses.get(address) ?? new TokenBucket(PER_ADDRESS, this.#clock);
    this.#addresses.set(address, bucket);
    // In this order: who is over their own share takes nothing of what all have.
    if (this.#atOnce >= MAX_AT_ONCE || !bucket.tryTake() || !this.#total.tryTake())
      throw new LoginError('Busy', 'Too many logins come back at once');
    this.#atOnce += 1;
    try {
      return await ask();
    } finally {
      this.#atOnce -= 1;
    }
  }
}
