import { createHash, type KeyObject } from 'node:crypto';
import { BoundedMap } from '@nannyapi/runtime';
import { Counter, type Registry } from 'prom-client';
import type { Nonces } from './nonces.ts';
import { isSignedBy, parseProof, type Proof } from './proof.ts';
import { importPublicJwk, thumbprintOf } from './public-jwk.ts';
import { ReplayCache } from './replay-cache.ts';

/** What {@link ProofVerifier} needs. */
export interface ProofVerifierDeps {
  nonces: Nonces;
  registry: Registry;
  /** Origins that proofs may name. */
  origins: readonly string[];
}

/** The request that a proof came with. */
export interface ProvedRequest {
  method: string;
  /** Path and query, as they were sent. */
  url: string;
  /** Values of all DPoP headers. */
  proof: string | string[] | undefined;
  /** The access token that the proof must be made for. */
  accessToken?: string | undefined;
}

/** What a proof says. */
export type ProofVerdict =
  | { kind: 'Good'; thumbprint: string }
  /** The proof is well made but for its nonce; the client tries again with the one that it is given. */
  | { kind: 'NonceWanted' }
  | { kind: 'Wrong'; problem: string };

/** Keys of known hosts that are kept ready. */
const MAX_KEYS = 20_000;

/**
 * Checks DPoP proofs (RFC 9449 §4.3).
 *
 * What costs least comes first: form, method, URL, nonce and token hash before the signature, and the memory of taken
 * proofs last, so that nobody fills it but who holds a key.
 */
export class ProofVerifier {
  readonly #deps: ProofVerifierDeps;
  readonly #replays = new ReplayCache();
  readonly #keys = new BoundedMap<KeyObject>(MAX_KEYS);
  readonly #origins: ReadonlySet<string>;
  readonly #outcomes: Counter;

  constructor(deps: ProofVerifierDeps) {
    this.#deps = deps;
    this.#origins = new Set(deps.origins.map((origin) => new URL(origin).origin));
    this.#outcomes = new Counter({
      name: 'nannyapi_dpop_proofs_total',
      help: 'DPoP proofs, by what was found.',
      labelNames: ['outcome'],
      registers: [deps.registry],
    });
  }

  /** The nonce for the next proof. */
  nonce(): string {
    return this.#deps.nonces.current();
  }

  /** Checks a proof, and takes it: shown again, it is wrong. */
  verify(request: ProvedRequest): ProofVerdict {
    const verdict = this.#judge(request);
    this.#outcomes.inc({ outcome: verdict.kind });
    return verdict;
  }

  #judge(request: ProvedRequest): ProofVerdict {
    if (typeof request.proof !== 'string' || request.proof === '') return wrong('exactly one DPoP header is needed');
    const proof = parseProof(request.proof);
    if (typeof proof === 'string') return wrong(proof);
    const problem = this.#mismatch(proof, request);
    if (problem !== undefined) return wrong(problem);
    const slot = this.#deps.nonces.slotOf(proof.claims.nonce ?? '');
    if (slot === undefined) return { kind: 'NonceWanted' };
    const thumbprint = thumbprintOf(proof.jwk);
    if (!this.#isSigned(proof, thumbprint)) return wrong('its signature is wrong');
    const taken = this.#replays.take(`${thumbprint}${proof.claims.jti}`, slot, this.#deps.nonces.oldestSlot());
    if (taken === 'Replayed') return wrong('it was used before');
    if (taken === 'Full') return wrong('too many proofs came in the life of its nonce');
    return { kind: 'Good', thumbprint };
  }

  #mismatch({ claims }: Proof, { method, url, accessToken }: ProvedRequest): string | undefined {
    if (claims.htm !== method) return 'its htm is not the method of the request';
    if (!this.#isUrlOf(claims.htu, url)) return 'its htu is not the URL of the request';
    if (accessToken === undefined) return undefined;
    const hash = createHash('sha256').update(accessToken).digest('base64url');
    return claims.ath === hash ? undefined : 'its ath is not the hash of the access token';
  }

  /** Query and fragment do not count (RFC 9449 §4.3, point 9). */
  #isUrlOf(htu: string, requested: string): boolean {
    const claimed = URL.parse(htu);
    const actual = URL.parse(requested, 'http://localhost');
    return claimed !== null && this.#origins.has(claimed.origin) && claimed.pathname === actual?.pathname;
  }

  #isSigned(proof: Proof, thumbprint: string): boolean {
    const known = this.#keys.get(thumbprint);
    if (known) return isSignedBy(proof, known);
    try {
      const key = importPublicJwk(proof.jwk);
      if (!isSignedBy(proof, key)) return false;
      this.#keys.set(thumbprint, key);
      return true;
    } catch {
      // A point that is not on its curve makes no key.
      return false;
    }
  }
}

function wrong(problem: string): ProofVerdict {
  return { kind: 'Wrong', problem };
}
