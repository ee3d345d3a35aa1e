import type { Clock } from '@nannyapi/process';
import { BoundedMap, TokenBucket } from '@nannyapi/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressBlock } from '../identity/client-address.ts';
import { principalName } from '../identity/principal.ts';
import { ApiError } from './api-error.ts';

/**
 * What a request counts as. `none` is not limited here: probes, and routes that have limits of their own which answer in
 * their protocol's words.
 */
export type RateClass = 'read' | 'write' | 'stream' | 'anonymous' | 'agent' | 'none';

/** The size of a bucket. */
export interface RateLimit {
  perSecond: number;
  /** What may come at once. */
  burst: number;
}

/** How much of each class one identity may ask for; of `anonymous`, one address. */
export type RateLimits = Readonly<Record<Exclude<RateClass, 'none'>, RateLimit>>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Default: by the audience of the route, and for people by its method. */
    rate?: RateClass;
  }
}

/** Far above what a person, a page or an agent needs, far below what hurts. */
export const RATE_LIMITS: RateLimits = {
  read: { perSecond: 100, burst: 500 },
  write: { perSecond: 50, burst: 250 },
  stream: { perSecond: 2, burst: 30 },
  anonymous: { perSecond: 50, burst: 500 },
  // A task of many outputs comes as a burst of chunks.
  agent: { perSecond: 500, burst: 5000 },
};
/** Identities and addresses remembered; who was quiet for longest is forgotten, and would start with a full bucket. */
const MAX_KEYS = 20_000;

/**
 * Refuses who asks for more than {@link RATE_LIMITS}, before the body is read.
 *
 * To be called after the credentials: the limit is one of the identity, so that nobody spends the share of another who
 * comes from the same address.
 */
export function limitRates(
  app: FastifyInstance,
  deps: { clock: Clock; limits?: Partial<RateLimits> | undefined },
): void {
  const { clock } = deps;
  const limits: RateLimits = { ...RATE_LIMITS, ...deps.limits };
  const buckets = new BoundedMap<TokenBucket>(MAX_KEYS);
  app.addHook('onRequest', async (request) => {
    const kind = classOf(request);
    if (kind === 'none') return;
    const { principal } = request;
    const key = `${kind} ${principal ? principalName(principal) : addressBlock(request.ip)}`;
    const bucket = buckets.get(key) ?? new TokenBucket(limits[kind], clock);
    buckets.set(key, bucket);
    if (bucket.tryTake()) return;
    const { perSecond } = limits[kind];
    throw new ApiError('TooManyRequests', `At most ${perSecond} requests of this kind a second`, {
      retryAfterSeconds: 1 / perSecond,
    });
  });
}

function classOf({ method, routeOptions: { config } }: FastifyRequest): RateClass {
  if (config.rate) return config.rate;
  if (config.audience === 'everyone') return 'anonymous';
  if (config.audience === 'agents') return 'agent';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
