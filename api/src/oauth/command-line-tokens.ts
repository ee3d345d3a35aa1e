import type { UserPrincipal } from '../identity/principal.ts';

/** A login of a command line that a person approved. */
export interface CommandLineLogin {
  /** Name of the User object. */
  user: string;
  /** Where the command line is, as the socket told. */
  address: string;
  /** What the command line called itself. */
  userAgent?: string | undefined;
}

/** A bearer token of a person. */
export interface CommandLineToken {
  /** `npt.<User>.<secret>`; told once. */
  token: string;
  expiresInSeconds: number;
}

/** Logs command lines of people in. Implemented by the sessions of people; the device flow knows no more of them. */
export interface CommandLineTokens {
  /** Name of the User object of a person; `undefined` for one who has none, such as who shows a Kubernetes token. */
  findUser(person: UserPrincipal): Promise<string | undefined>;
  /**
   * Opens a session of that person.
   *
   * @throws ApiError `Forbidden` when the person is disabled or gone, or has too many sessions; `Unavailable`.
   */
  issueCommandLineToken(login: CommandLineLogin): Promise<CommandLineToken>;
}
