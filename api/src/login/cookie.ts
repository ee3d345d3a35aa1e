import type { FastifyReply, FastifyRequest } from 'fastify';

/** A cookie of the facade. Its value is made of base64url characters and dots, so nothing is ever escaped. */
export interface CookieKind {
  /** As it is on the wire, prefix included. */
  name: string;
  isSecure: boolean;
}

/** Longest value that is looked at, in characters; browsers keep no more than 4,096 bytes of a cookie. */
const MAX_VALUE_LENGTH = 4096;
const VALUE = /^[A-Za-z0-9_.-]*$/;

/**
 * Names a cookie as strictly as the public URL allows.
 *
 * `__Host-` (RFC 6265bis §4.1.3.2) has browsers refuse it from a sibling domain, from plain HTTP and for a part of the
 * paths, so nobody else can plant one. Browsers keep such a cookie over HTTPS alone; a facade that is reached by plain
 * HTTP, as only one on loopback may be, has to do without.
 */
export function cookieKind(name: string, publicURL: URL): CookieKind {
  const isSecure = publicURL.protocol === 'https:';
  return { name: isSecure ? `__Host-${name}` : name, isSecure };
}

/** The value of a cookie; `undefined` when the request has none, two, or one that we never made. */
export function readCookie(request: Pick<FastifyRequest, 'headers'>, { name }: CookieKind): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  const [value] = values;
  // Two of one name: somebody planted one of them, and there is no telling which.
  if (values.length !== 1 || value === undefined || value.length > MAX_VALUE_LENGTH) return undefined;
  return VALUE.test(value) ? value : undefined;
}

/** Whether the request shows a cookie of that name at all, be it good or not. */
export function hasCookie(request: Pick<FastifyRequest, 'headers'>, { name }: CookieKind): boolean {
  return (request.headers.cookie ?? '').split(';').some((part) => part.trim().startsWith(`${name}=`));
}

/**
 * Gives the browser a cookie for so many seconds.
 *
 * SameSite is Lax and not Strict: the way back from an identity provider, and a link in a chat to an investigation, are
 * navigations that begin on another site; with Strict the first would lose its login state and the second would look
 * logged out. Lax sends nothing with cross-site POSTs, frames, images and scripts, and no GET of ours changes anything.
 */
export function setCookie(reply: FastifyReply, kind: CookieKind, value: string, maxAgeSeconds: number): void {
  const secure = kind.isSecure ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${kind.name}=${value}; Path=/; Max-Age=${Math.floor(maxAgeSeconds)}; HttpOnly; SameSite=Lax${secure}`,
  );
}

/** Has the browser forget a cookie. */
export function clearCookie(reply: FastifyReply, kind: CookieKind): void {
  setCookie(reply, kind, '', 0);
}
