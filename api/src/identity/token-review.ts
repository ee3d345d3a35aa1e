/** `spec` and `status` of authentication.k8s.io/v1 TokenReview, as far as they are used. */
export interface TokenReview {
  apiVersion: 'authentication.k8s.io/v1';
  kind: 'TokenReview';
  spec: { token: string; audiences?: string[] };
  status?: TokenReviewStatus;
}

/** What the API server says of a token. */
export interface TokenReviewStatus {
  authenticated?: boolean;
  audiences?: string[];
  user?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  /** Why it is not good, for the log of an admin. */
  error?: string;
}

/** Where TokenReviews are created. */
export const TOKEN_REVIEWS_PATH = '/apis/authentication.k8s.io/v1/tokenreviews';

/**
 * Whether a token says of itself that it is for an audience.
 *
 * Nothing is verified here: it only decides for which audience the API server is asked, so a lie leads to a refusal.
 */
export function claimsAudience(bearer: string, audience: string): boolean {
  const [, payload, signature] = bearer.split('.');
  if (payload === undefined || signature === undefined) return false;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || !('aud' in claims)) return false;
    return [claims.aud].flat().includes(audience);
  } catch {
    // Not every token is a JWT.
    return false;
  }
}
