import { createHash } from 'node:crypto';
import { errorMessage, type Clock } from '@nannyapi/process';
import { BoundedMap, type KubeClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import type { Origin } from './authenticator.ts';
import { ReviewLimit } from './review-limit.ts';
import { readReview, type AgentTokenRule, type ReviewedPrincipal } from './reviewed-principal.ts';
import { claimsAudience, TOKEN_REVIEWS_PATH, type TokenReview } from './token-review.ts';

/** How long a good token is not asked about again: so long a deleted pod's token outlives it at most. */
export const GOOD_MS = 30_000;
/** How long a wrong token is not asked about again; short, for a token may become good when a cache catches up. */
export const WRONG_MS = 5_000;
/** More than agents and people on one replica. An entry is about half a kilobyte. */
const MAX_GOOD = 20_000;
const MAX_WRONG = 5_000;
const REVIEW_DEADLINE_MS = 10_000;

interface Entry {
  answer: ReviewedPrincipal;
  askedMs: number;
}

/** What {@link TokenReviewer} needs. */
export interface TokenReviewerDeps {
  client: KubeClient;
  clock: Clock;
  rule: AgentTokenRule;
}

/**
 * Asks the API server about tokens (TokenReview) and remembers its answers for a while, by the SHA-256 of the token.
 *
 * However many requests come with one token at once, one question is asked.
 */
export class TokenReviewer {
  readonly #deps: TokenReviewerDeps;
  readonly #limit: ReviewLimit;
  /** Those that were good once: they stay past {@link GOOD_MS}, and are asked about again without limit. */
  readonly #good = new BoundedMap<Entry>(MAX_GOOD);
  readonly #wrong = new BoundedMap<Entry>(MAX_WRONG);
  readonly #asking = new Map<string, Promise<ReviewedPrincipal>>();

  constructor(deps: TokenReviewerDeps) {
    this.#deps = deps;
    this.#limit = new ReviewLimit(deps.clock);
  }

  /**
   * Whom a token speaks for.
   *
   * @throws ApiError `TooManyRequests`; `Unavailable` when the API server cannot be asked, never `Unauthenticated` then.
   */
  async review(bearer: string, { address }: Origin): Promise<ReviewedPrincipal> {
    const key = createHash('sha256').update(bearer).digest('base64url');
    const askedMs = this.#deps.clock.monotonicMs();
    const known = this.#good.get(key) ?? this.#wrong.get(key);
    if (known && askedMs - known.askedMs < freshMs(known.answer)) return known.answer;
    const asking = this.#asking.get(key);
    if (asking) return asking;
    if (!this.#wasGood(key)) this.#limit.admit(address);
    const question = this.#ask(bearer)
      .then((answer) => this.#remember(key, { answer, askedMs }, address))
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, question);
    return question;
  }

  #wasGood(key: string): boolean {
    return this.#good.get(key)?.answer.kind === 'Principal';
  }

  #remember(key: string, entry: Entry, address: string): ReviewedPrincipal {
    // A token that was good and is not any more is no guess.
    if (entry.answer.kind === 'Principal' || this.#wasGood(key)) this.#good.set(key, entry);
    else {
      this.#limit.countWrong(address);
      this.#wrong.set(key, entry);
    }
    return entry.answer;
  }

  async #ask(bearer: string): Promise<ReviewedPrincipal> {
    const { client, rule } = this.#deps;
    const isForAgents = claimsAudience(bearer, rule.audience);
    const review: TokenReview = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: bearer, ...(isForAgents ? { audiences: [rule.audience] } : {}) },
    };
    try {
      const answer = await client.raw('POST', TOKEN_REVIEWS_PATH, review, { deadlineMs: REVIEW_DEADLINE_MS });
      return readReview((answer as TokenReview).status ?? {}, isForAgents, rule);
    } catch (cause) {
      throw new ApiError('Unavailable', `The token could not be reviewed: ${errorMessage(cause)}`, {
        cause,
        retryAfterSeconds: 3,
        publicDetail: 'The API server cannot be asked about this token at the moment. Ask again in a while.',
      });
    }
  }
}

function freshMs(answer: ReviewedPrincipal): number {
  return answer.kind === 'Principal' ? GOOD_MS : WRONG_MS;
}
