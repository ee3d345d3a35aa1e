import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import type { CsrfTokens } from './csrf-token.ts';

/** Methods that change nothing here (RFC 9110 §9.2.1). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** What {@link guardAgainstOtherSites} needs. */
export interface CrossSiteGuardDeps {
  csrf: CsrfTokens;
  /** Every origin under which the facade is reached. */
  origins: readonly string[];
}

/**
 * Refuses what another site makes a browser do in the name of the person who is logged in there.
 *
 * A request that changes something and is proved by a cookie must come from a page of this origin, as the browser itself
 * says, and bring the token of its login. Either alone would do against today's browsers; together they also hold for an
 * old browser, and for a sibling site that counts as same-site. Bearer and DPoP tokens are sent by nobody unasked, so
 * requests with those pass.
 *
 * It runs once the body is parsed, for that is where a form has its token.
 */
export function guardAgainstOtherSites(app: FastifyInstance, deps: CrossSiteGuardDeps): void {
  app.addHook('preValidation', async (request) => {
    const { authentication, method } = request;
    if (authentication?.scheme !== 'Session' || SAFE_METHODS.includes(method)) return;
    requireOwnPage(request, deps.origins);
    const token = tokenOf(request);
    if (token === undefined || !deps.csrf.isGood(authentication.session?.id ?? '', token))
      throw new ApiError('Forbidden', 'The form is of another login, or too old: load the page again and repeat');
  });
}

/** @throws ApiError `Forbidden` when a request was not sent by a page of this origin, or by the person directly. */
export function requireOwnPage({ headers }: Pick<FastifyRequest, 'headers'>, origins: readonly string[]): void {
  const { 'sec-fetch-site': site, origin } = headers;
  const isOwn =
    site === undefined ? origin !== undefined && origins.includes(origin) : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new ApiError('Forbidden', 'This request comes from another site');
}

function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers['x-csrf-token'];
  if (typeof header === 'string') return header;
  const { body } = request;
  const field = typeof body === 'object' && body !== null ? (body as { csrf?: unknown }).csrf : undefined;
  return typeof field === 'string' ? field : undefined;
}
