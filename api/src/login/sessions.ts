import type { UserStatusSession } from '@nannyapi/crds';
import type { UserPrincipal } from '../identity/principal.ts';

/** One login of a person. `id` opens nothing. */
export type SessionEntry = Omit<UserStatusSession, 'tokenHash'>;

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
  /** The User object of a person; undefined for one who never logged in here (a Kubernetes token). */
  userOf(principal: UserPrincipal): Promise<string | undefined>;
  /** Those that have not ended, newest first. @throws ApiError `NotFound` when there is no such User. */
  list(user: string): Promise<SessionEntry[]>;
  /** Ends a login on all replicas within moments; false when there was none of that id. */
  end(user: string, sessionID: string): Promise<boolean>;
  /** Ends all logins, but for the one to keep; tells how many. */
  endAll(user: string, keep?: string): Promise<number>;
  /**
   * Makes a token for a person who has just approved it in a browser; it has the groups of `approvedBy`.
   *
   * @throws ApiError `Forbidden` when the person is disabled or has no User object.
   */
  issueCommandLineToken(request: { approvedBy: UserPrincipal; origin: LoginOrigin }): Promise<CommandLineToken>;
}
