import type { User, UserStatusSession } from '@nannyapi/crds';
import type { UserPrincipal } from '../identity/principal.ts';
import { isOwnGroup } from './identity.ts';
import { kubernetesNameOf } from './user-name.ts';

/** Most logins of one person; a further one ends that which was used longest ago. */
const MAX_SESSIONS = 32;
/** `lastSeenTime` is written at most so often, in milliseconds: a write for each request would be a flood. */
const SEEN_FOLD_MS = 300_000;

/** A login that counts, and whose it is. */
export interface LiveSession {
  user: User;
  session: UserStatusSession;
}

/**
 * The groups that people of a provider may have by the configuration; `undefined` for an id that is no provider (any
 * more), whose people may not be here.
 */
export type MappedGroups = (provider: string) => readonly string[] | undefined;

/** How long logins last. */
export interface SessionLimits {
  idleMs: number;
  lifetimeMs: number;
}

/** Whether a login still counts: the person may log in and neither of its ends has come. */
export function isAlive(user: User, session: UserStatusSession, limits: SessionLimits, now: Date): boolean {
  return user.spec.access !== 'Disabled' && !isOver(session, limits, now);
}

/**
 * Whether a login has ended by time.
 *
 * A browser ends after the idle time too, counted from the last noted use: up to five minutes early, never late. A token
 * of a command line is asked for anew each time, and only its lifetime ends it.
 */
export function isOver(session: UserStatusSession, { idleMs }: SessionLimits, now: Date): boolean {
  // Written so that an end which is no time has come.
  if (!(now.getTime() < Date.parse(session.expirationTime))) return true;
  return session.client === 'Browser' && !(now.getTime() - seenMs(session) < idleMs);
}

/** Whether the use of a login is due to be noted. */
export function isSeenDue(session: UserStatusSession, now: Date): boolean {
  return now.getTime() - seenMs(session) >= SEEN_FOLD_MS;
}

/** The list with one more login, without those that are over, and without the one used longest ago when it is full. */
export function withSession(
  sessions: readonly UserStatusSession[],
  added: UserStatusSession,
  limits: SessionLimits,
  now: Date,
): UserStatusSession[] {
  const rest = sessions.filter((session) => session.id !== added.id && !isOver(session, limits, now));
  const newest = rest.toSorted((a, b) => seenMs(b) - seenMs(a)).slice(0, MAX_SESSIONS - 1);
  return [...rest.filter((session) => newest.includes(session)), added];
}

/**
 * Whom a login speaks for.
 *
 * Its groups are those that it brought and that the configuration still maps: a mapping that is taken away counts no
 * more, and whatever else may have got into the entry never did. `system:` groups are none.
 */
export function principalOf({ user, session }: LiveSession, mapped: readonly string[]): UserPrincipal {
  const groups = (session.groups ?? []).filter((group) => mapped.includes(group) && isOwnGroup(group));
  return { kind: 'user', name: kubernetesNameOf(user), groups, provider: user.spec.provider };
}

function seenMs(session: UserStatusSession): number {
  return Date.parse(session.lastSeenTime ?? session.startTime);
}
