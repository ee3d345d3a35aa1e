import { randomBytes } from 'node:crypto';
import type { User, UserStatusSession } from '@nannyapi/crds';
import { errorMessage, type Clock, type Logger } from '@nannyapi/process';
import { BoundedMap } from '@nannyapi/runtime';
import type { Audit, AuditEntry } from '../audit/audit.ts';
import { ApiError } from '../http/api-error.ts';
import { plainAddress } from '../identity/cluster-node.ts';
import type { UserPrincipal } from '../identity/principal.ts';
import { LoginEnds } from './login-ends.ts';
import { LoginError } from './login-error.ts';
import { findByToken, hashOfToken, makePersonToken, userOfToken } from './person-token.ts';
import { isAlive, isOver, isSeenDue, withSession, type LiveSession, type SessionLimits } from './session-rules.ts';
import type { CommandLineToken, EndedBy, LoginOrigin, SessionEntry, Sessions } from './sessions.ts';
import type { UserDirectory, UserSighting } from './user-directory.ts';
import { kubernetesNameOf, userObjectNameOf } from './user-name.ts';

/** How long a command line stays logged in, in milliseconds. */
const COMMAND_LINE_LIFETIME_MS = 12 * 3_600_000;
/** Ended logins that this replica remembers until its cache has heard of them. */
const MAX_ENDED = 10_000;

/** What {@link SessionBook} needs. */
export interface SessionBookDeps {
  directory: UserDirectory;
  limits: SessionLimits;
  clock: Clock;
  log: Logger;
  audit: Audit;
}

/**
 * The logins of people, as entries in `User.status.sessions`.
 *
 * An entry that is taken away, by whomever and on whatever replica, ends the login everywhere as soon as the caches hear
 * of it. A cache that lacks an entry may just not have heard of a login on another replica: then the API server is asked.
 */
export class SessionBook implements Sessions {
  /** Tells when logins end, as this replica hears of it. */
  readonly ends = new LoginEnds();
  readonly #deps: SessionBookDeps;
  readonly #ended = new BoundedMap<true>(MAX_ENDED);
  readonly #noting = new Set<string>();

  constructor(deps: SessionBookDeps) {
    this.#deps = deps;
    deps.directory.informer.onChange((change) => {
      this.ends.notice(change);
      const { type, object } = change;
      const isShut = object.spec.access === 'Disabled' && (object.status?.sessions ?? []).length > 0;
      // Else they would come back to life with the person.
      if (type !== 'Deleted' && isShut) void this.#endOfDisabled(object.metadata.name ?? '');
    });
  }

  /** Begins a login in a browser. @throws LoginError `Disabled`. */
  async begin(
    sighting: UserSighting,
    { groups, origin }: { groups: string[]; origin: LoginOrigin },
  ): Promise<LiveSession> {
    const { clock, directory, limits } = this.#deps;
    const { name = '' } = (await directory.sight(sighting)).metadata;
    const now = clock.now();
    const session: UserStatusSession = {
      ...entryOf('Browser', { now, lifetimeMs: limits.lifetimeMs, origin }),
      groups,
    };
    const user = await directory.change(name, (present) => {
      if (present.spec.access === 'Disabled') throw new LoginError('Disabled', 'spec.access of the User is Disabled');
      const sessions = withSession(present.status?.sessions ?? [], session, limits, now);
      return { lastLoginTime: session.startTime, groups, sessions };
    });
    if (!user) throw new LoginError('Unavailable', 'The User object was deleted during the login');
    return { user, session };
  }

  /**
   * The login of a User while it counts.
   *
   * @param isThere finds it, first in what the cache holds and then in the present state.
   * @param mayAsk whether the API server may be asked, given whether the cache is current.
   * @throws KubeApiError when nobody can tell.
   */
  async find(
    name: string,
    isThere: (user: User, from: 'Cache' | 'Server') => UserStatusSession | undefined,
    mayAsk: (isCurrent: boolean) => boolean = () => true,
  ): Promise<LiveSession | undefined> {
    const { directory } = this.#deps;
    const cached = directory.cached(name);
    const session = cached && isThere(cached, 'Cache');
    if (cached && session) return this.#alive(cached, session);
    if (!mayAsk(directory.isCurrent())) return undefined;
    const user = await directory.live(name);
    const found = user && isThere(user, 'Server');
    return user && found && this.#alive(user, found);
  }

  /** Whether this replica knows that a login has ended; an id is never used again. */
  isEnded(sessionID: string): boolean {
    return this.#ended.get(sessionID) === true;
  }

  /** Remembers that a login has ended, so that whoever still shows it costs no further question. */
  markEnded(sessionID: string): void {
    this.#ended.set(sessionID, true);
  }

  /** Notes that a login is used, at most every five minutes and without keeping anyone waiting. */
  noteUse({ user, session }: LiveSession): void {
    if (!isSeenDue(session, this.#deps.clock.now()) || this.#noting.has(session.id)) return;
    this.#noting.add(session.id);
    void this.#writeUse(user.metadata.name ?? '', session.id).finally(() => this.#noting.delete(session.id));
  }

  async userOf(person: UserPrincipal): Promise<string | undefined> {
    const name = userObjectNameOf(person.name);
    if (name === undefined) return undefined;
    const { directory } = this.#deps;
    const user = directory.cached(name) ?? (await directory.live(name));
    return user && kubernetesNameOf(user) === person.name ? name : undefined;
  }

  async list(user: string): Promise<SessionEntry[]> {
    const { clock, directory, limits } = this.#deps;
    const found = await directory.live(user);
    if (!found) throw new ApiError('NotFound', `There is no User ${user}`);
    return (found.status?.sessions ?? [])
      .filter((session) => !isOver(session, limits, clock.now()))
      .map(withoutToken)
      .toSorted((a, b) => Date.parse(b.startTime) - Date.parse(a.startTime));
  }

  async end(user: string, sessionID: string, by: EndedBy, action = 'EndSession'): Promise<boolean> {
    return (await this.#endWhere(user, (session) => session.id === sessionID, { ...by, action })) > 0;
  }

  endAll(user: string, by: EndedBy, keep?: string): Promise<number> {
    return this.#endWhere(user, (session) => session.id !== keep, { ...by, action: 'EndSession' });
  }

  async endByToken(token: string, by: EndedBy): Promise<boolean> {
    const name = userOfToken(token);
    if (name === undefined) return false;
    const isMeant = (session: UserStatusSession): boolean => findByToken([session], token) !== undefined;
    return (await this.#endWhere(name, isMeant, { ...by, action: 'LogOut' })) > 0;
  }

  async issueCommandLineToken({ user, origin }: { user: string; origin: LoginOrigin }): Promise<CommandLineToken> {
    const { clock, directory, limits } = this.#deps;
    const now = clock.now();
    const token = makePersonToken(user);
    const lifetimeMs = COMMAND_LINE_LIFETIME_MS;
    const entry = entryOf('CommandLine', { now, lifetimeMs, origin });
    const written = await directory.change(user, (present) => {
      if (present.spec.access === 'Disabled') throw new ApiError('Forbidden', 'This account is disabled here');
      const { sessions = [], groups = [] } = present.status ?? {};
      return { sessions: withSession(sessions, { ...entry, groups, tokenHash: hashOfToken(token) }, limits, now) };
    });
    if (!written) throw new ApiError('Forbidden', 'This account is gone');
    return { token, sessionID: entry.id, expirationTime: new Date(entry.expirationTime) };
  }

  #alive(user: User, session: UserStatusSession): LiveSession | undefined {
    const { clock, limits } = this.#deps;
    const counts = !this.isEnded(session.id) && isAlive(user, session, limits, clock.now());
    return counts ? { user, session } : undefined;
  }

  async #endWhere(
    name: string,
    isMeant: (session: UserStatusSession) => boolean,
    entry: Omit<AuditEntry, 'outcome'>,
  ): Promise<number> {
    const { audit, directory } = this.#deps;
    let ended: UserStatusSession[] = [];
    const user = await directory.change(name, ({ status }) => {
      const { sessions = [] } = status ?? {};
      ended = sessions.filter(isMeant);
      return ended.length === 0 ? undefined : { sessions: sessions.filter((session) => !isMeant(session)) };
    });
    for (const { id } of ended) this.markEnded(id);
    const target = { kind: 'User', name, uid: user?.metadata.uid };
    if (user) audit.record({ ...entry, target, outcome: 'Done', detail: `Logins ended: ${ended.length}` });
    return ended.length;
  }

  async #endOfDisabled(name: string): Promise<void> {
    const { directory, log } = this.#deps;
    try {
      await directory.change(name, ({ spec, status }) =>
        spec.access === 'Disabled' && (status?.sessions ?? []).length > 0 ? { sessions: [] } : undefined,
      );
    } catch (error) {
      // They count for nothing while the person is disabled; another replica or the next change takes them away.
      log.warn({ user: name, reason: errorMessage(error) }, 'Cannot take away the logins of a disabled person');
    }
  }

  async #writeUse(name: string, sessionID: string): Promise<void> {
    const { clock, directory, log } = this.#deps;
    try {
      await directory.change(name, ({ status }) => {
        const now = clock.now();
        const { sessions = [] } = status ?? {};
        const isDue = sessions.some((session) => session.id === sessionID && isSeenDue(session, now));
        const lastSeenTime = now.toISOString();
        const noted = sessions.map((session) => (session.id === sessionID ? { ...session, lastSeenTime } : session));
        return isDue ? { sessions: noted } : undefined;
      });
    } catch (error) {
      // The next request tries again; at worst the login ends as an idle one.
      log.warn({ user: name, reason: errorMessage(error) }, 'Cannot note that a login is used');
    }
  }
}

function withoutToken(session: UserStatusSession): SessionEntry {
  const { tokenHash, ...entry } = session;
  void tokenHash;
  return entry;
}

function entryOf(
  client: UserStatusSession['client'],
  { now, lifetimeMs, origin }: { now: Date; lifetimeMs: number; origin: LoginOrigin },
): UserStatusSession {
  const address = plainAddress(origin.address).slice(0, 64);
  const userAgent = (origin.userAgent ?? '').replaceAll(/[^\x20-\x7e]/g, '').slice(0, 256);
  return {
    id: randomBytes(16).toString('hex'),
    client,
    startTime: now.toISOString(),
    lastSeenTime: now.toISOString(),
    expirationTime: new Date(now.getTime() + lifetimeMs).toISOString(),
    ...(/^[0-9a-fA-F.:%a-z]+$/.test(address) ? { address } : {}),
    ...(userAgent === '' ? {} : { userAgent }),
  };
}
