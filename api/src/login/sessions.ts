import type { UserStatusSession } from '@nannyapi/crds';
import type { AuditEntry } from '../audit/audit.ts';
import type { UserPrincipal } from '../identity/principal.ts';

/** One login of a person, without anything that opens something. */
export type SessionEntry = Omit<UserStatusSession, 'tokenHash'>;

/** Who ends a login, for the audit log, as `auditedRequest` tells it. */
export type EndedBy = Pick<AuditEntry, 'principal' | 'address' | 'provider' | 'requestID'>;

/** A token for the command line of a person, told once. */
export interface CommandLineToken {
  /** `npt.<User>.<43 characters>`. */
  token: string;
  sessionID: string;
  expirationTime: Date;
}

/** Where a login began. */
export interface LoginOrigin {
  address: string;
  userAgent?: string | undefined;
}

/** The logins of people. `user` is always the name of a User object, as {@link Sessions.userOf} tells it. */
export interface Sessions {
  /** The User object of a person; `undefined` for one who never logged in here (a Kubernetes token). */
  userOf(person: UserPrincipal): Promise<string | undefined>;
  /** Those that have not ended, newest first. @throws ApiError `NotFound` when there is no such User. */
  list(user: string): Promise<SessionEntry[]>;
  /** Ends a login on all replicas within moments; false when there was none of that id. */
  end(user: string, sessionID: string, by: EndedBy): Promise<boolean>;
  /** Ends all logins but for the one to keep; tells how many. */
  endAll(user: string, by: EndedBy, keep?: string): Promise<number>;
  /** Ends the login of a command line that shows its token (RFC 7009); false for a token that is none or no longer one. */
  endByToken(token: string, by: EndedBy): Promise<boolean>;
  /**
   * Makes a token for the command line of a person who has approved it; it has the groups of the person's last login.
   *
   * @throws ApiError `Forbidden` when the person is disabled or has no User object.
   */
  issueCommandLineToken(request: { user: string; origin: LoginOrigin }): Promise<CommandLineToken>;
}
