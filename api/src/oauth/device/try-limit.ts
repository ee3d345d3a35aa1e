import type { Clock } from '@nannyapi/process';
import { BoundedMap } from '@nannyapi/runtime';
import { ApiError } from '../../http/api-error.ts';
import type { OAuthLimits } from '../oauth-limits.ts';

/** People and addresses that are counted at a time. */
const MAX_COUNTED = 10_000;

interface Tries {
  count: number;
  sinceMs: number;
}

/** Who tries. */
export interface Trier {
  /** Name of the person. */
  person: string;
  /** The address, or the network that it counts for. */
  network: string;
}

/**
 * Limits how many wrong user codes are typed (RFC 8628 §5.1): by one person, from one address, and in total.
 *
 * With the default limits and a hundred codes pending, guessing without a pause finds one in some fifty years.
 */
export class TryLimit {
  readonly #limits: OAuthLimits;
  readonly #clock: Clock;
  readonly #people = new BoundedMap<Tries>(MAX_COUNTED);
  readonly #networks = new BoundedMap<Tries>(MAX_COUNTED);
  readonly #all = new BoundedMap<Tries>(1);

  constructor(limits: OAuthLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes a try before the code is looked up, so that those that come at the same time are counted too.
   *
   * @returns gives the try back: the code was right.
   * @throws ApiError `TooManyRequests`.
   */
  take({ person, network }: Trier): () => void {
    const { triesPerPerson, triesPerAddress, triesTotal } = this.#limits;
    const counted = [
      { map: this.#people, key: person, most: triesPerPerson, what: 'you' },
      { map: this.#networks, key: network, most: triesPerAddress, what: 'your address' },
      { map: this.#all, key: '', most: triesTotal, what: 'everyone' },
    ];
    const present = counted.map((one) => ({ ...one, tries: this.#triesOf(one.map, one.key) }));
    const spent = present.find(({ tries, most }) => tries.count >= most);
    if (spent) throw this.#refusal(spent.what, spent.tries);
    for (const { map, key, tries } of present) map.set(key, { ...tries, count: tries.count + 1 });
    return () => {
      for (const { map, key } of counted) {
        const tries = this.#triesOf(map, key);
        map.set(key, { ...tries, count: Math.max(0, tries.count - 1) });
      }
    };
  }

  #refusal(what: string, { sinceMs }: Tries): ApiError {
    const retryAfterSeconds = (sinceMs + this.#windowMs() - this.#clock.monotonicMs()) / 1000;
    return new ApiError('TooManyRequests', `Too many wrong codes came from ${what}; wait a while`, {
      retryAfterSeconds,
    });
  }

  #triesOf(map: BoundedMap<Tries>, key: string): Tries {
    const nowMs = this.#clock.monotonicMs();
    const known = map.get(key);
    return known && nowMs - known.sinceMs < this.#windowMs() ? known : { count: 0, sinceMs: nowMs };
  }

  #windowMs(): number {
    return this.#limits.triesWindowSeconds * 1000;
  }
}
