import type { User, UserStatusSession } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../http/api-error.ts';
import type { Authentication, CredentialScheme } from '../identity/credential-scheme.ts';
import type { SecretKeys } from '../secrets/secret-keys.ts';
import { clearCookie, cookieKind, hasCookie, readCookie, setCookie, type CookieKind } from './cookie.ts';
import type { CsrfTokens } from './csrf-token.ts';
import { SealedCookies, type OpenedCookie } from './sealed-cookie.ts';
import type { SessionBook } from './session-book.ts';
import { principalOf, type LiveSession, type MappedGroups } from './session-rules.ts';

/** A cookie older than this is sealed anew, in milliseconds; so is one that an old key has sealed. */
const RESEAL_MS = 900_000;

/** What {@link BrowserSessions} needs. */
export interface BrowserSessionsDeps {
  publicURL: URL;
  secretKeys: Pick<SecretKeys, 'derive'>;
  clock: Clock;
  book: SessionBook;
  csrf: CsrfTokens;
  mappedGroups: MappedGroups;
}

/** Which login a cookie says it is. */
interface CookieContent {
  user: string;
  sessionID: string;
}

/**
 * Logins in browsers: a sealed cookie names an entry of a User, and only the entry makes it count.
 *
 * The cookie alone proves nothing after logout, and the entry alone, which many may read, opens nothing.
 */
export class BrowserSessions implements CredentialScheme {
  readonly #deps: BrowserSessionsDeps;
  readonly #cookie: CookieKind;
  readonly #seals: SealedCookies;

  constructor(deps: BrowserSessionsDeps) {
    this.#deps = deps;
    this.#cookie = cookieKind('nannyapi', deps.publicURL);
    this.#seals = new SealedCookies({ ...deps, purpose: 'session' });
  }

  /** Logs a browser in. */
  async give(reply: FastifyReply, live: LiveSession): Promise<void> {
    const { user, session } = live;
    const remainingMs = Date.parse(session.expirationTime) - this.#deps.clock.now().getTime();
    const claims = { usr: user.metadata.name ?? '', sid: session.id };
    setCookie(reply, this.#cookie, await this.#seals.seal(claims, remainingMs / 1000), remainingMs / 1000);
  }

  /** Has a browser forget its login. */
  forget(reply: FastifyReply): void {
    clearCookie(reply, this.#cookie);
  }

  /** The login that a request shows, whether it counts or not; `undefined` for a cookie that we did not make. */
  async shown(request: FastifyRequest): Promise<CookieContent | undefined> {
    return contentOf(await this.#open(request));
  }

  async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Authentication | undefined> {
    if (!hasCookie(request, this.#cookie)) return undefined;
    const opened = await this.#open(request);
    const content = contentOf(opened);
    const live = content && (await this.#find(content));
    const mapped = live && this.#deps.mappedGroups(live.user.spec.provider);
    if (!opened || !content || !live || !mapped) {
      this.forget(reply);
      throw new ApiError('Unauthenticated', 'This login has ended; log in again');
    }
    this.#deps.book.noteUse(live);
    const ageMs = this.#deps.clock.now().getTime() - opened.sealTime.getTime();
    if (!opened.isNewestKey || ageMs >= RESEAL_MS) await this.give(reply, live);
    return this.#authentication(live, content, mapped);
  }

  #authentication(live: LiveSession, content: CookieContent, mapped: readonly string[]): Authentication {
    const { user, session } = live;
    const principal = principalOf(live, mapped);
    const { name, email } = user.spec;
    return {
      principal,
      scheme: 'Session',
      recheck: () => this.#recheck(content),
      onDoubt: (listener) => this.#deps.book.ends.listen(content.user, listener),
      session: {
        id: session.id,
        csrfToken: this.#deps.csrf.issue(session.id),
        displayName: name ?? email ?? principal.name,
        provider: user.spec.provider,
      },
    };
  }

  async #recheck(content: CookieContent): Promise<boolean> {
    try {
      return (await this.#find(content)) !== undefined;
    } catch {
      // Nobody can tell; see Authentication.recheck.
      return true;
    }
  }

  async #open(request: FastifyRequest): Promise<OpenedCookie | undefined> {
    const sealed = readCookie(request, this.#cookie);
    return sealed === undefined ? undefined : this.#seals.open(sealed);
  }

  async #find({ user, sessionID }: CookieContent): Promise<LiveSession | undefined> {
    const { book } = this.#deps;
    if (book.isEnded(sessionID)) return undefined;
    let isKnown = false;
    const isThere = ({ status }: User): UserStatusSession | undefined => {
      const session = status?.sessions?.find(({ id, client }) => id === sessionID && client === 'Browser');
      isKnown ||= session !== undefined;
      return session;
    };
    const live = await book.find(user, isThere);
    if (!isKnown) book.markEnded(sessionID);
    return live;
  }
}

function contentOf(opened: OpenedCookie | undefined): CookieContent | undefined {
  const { usr, sid } = opened?.claims ?? {};
  return typeof usr === 'string' && typeof sid === 'string' ? { user: usr, sessionID: sid } : undefined;
}
