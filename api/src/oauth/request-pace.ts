import type { Clock } from '@nannyapi/process';
import { BoundedMap, TokenBucket } from '@nannyapi/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressBlock } from '../identity/client-address.ts';

/** Token requests of one address: ten thousand hosts behind it renew their tokens some twenty times a second. */
const PACE = { perSecond: 200, burst: 2000 };
const MAX_ADDRESSES = 10_000;

const BODY = JSON.stringify({ error: 'slow_down', error_description: 'Too many requests come from your address' });

/**
 * Bounds what one address may ask of the token endpoint, before a body is read or a signature is checked.
 *
 * It says so by 400 `slow_down`, which clients of RFC 8628 understand; many of them take a 429 for the end.
 */
export class RequestPace {
  readonly #clock: Clock;
  readonly #buckets = new BoundedMap<TokenBucket>(MAX_ADDRESSES);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers the request if it is one too many; else does nothing. */
  check(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const key = addressBlock(request.ip);
    const bucket = this.#buckets.get(key) ?? new TokenBucket(PACE, this.#clock);
    this.#buckets.set(key, bucket);
    if (bucket.tryTake()) return undefined;
    return reply.code(400).header('retry-after', 5).type('application/json; charset=utf-8').send(BODY);
  }
}
