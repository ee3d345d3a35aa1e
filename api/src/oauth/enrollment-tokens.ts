import type { EnrollmentToken } from '@nannyapi/crds';
import type { UserPrincipal } from '../identity/principal.ts';

/** An install token as a person wants it. */
export interface IssueEnrollmentToken {
  /** Where the Agents of its hosts are made. */
  agentNamespace: string;
  /** Hosts that it may enrol, 1-1000. Default 1. */
  maxUses?: number | undefined;
  /** When it ends; in the future, at most 90 days ahead. */
  expirationTime: Date;
  /** Networks in CIDR notation that its hosts may come from, at most 32; any when empty. */
  allowedAddresses?: readonly string[] | undefined;
  description?: string | undefined;
  by: UserPrincipal;
}

/** Install tokens: they let hosts in that nobody sits at. */
export interface EnrollmentTokens {
  /**
   * Makes one. The caller has asked whether the person may, and records that it was made; its hosts get whatever its maker could give them.
   *
   * @returns the token, told once and kept nowhere, and its object.
   * @throws ApiError `ValidationFailed` that names the field.
   */
  issue(request: IssueEnrollmentToken): Promise<{ token: string; object: EnrollmentToken }>;
}
