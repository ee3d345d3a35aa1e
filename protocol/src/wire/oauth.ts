/** Where agents and command lines get their tokens: RFC 6749, 7009, 8414 and 8628. Bodies are forms. */
export const OAUTH_PATHS = {
  /** GET, authorization server metadata (RFC 8414). */
  metadata: '/.well-known/oauth-authorization-server',
  /** POST, the start of an enrolment or of a login without a browser (RFC 8628 §3.1). */
  deviceAuthorization: '/oauth/device_authorization',
  /** POST, one of {@link GRANTS}. */
  token: '/oauth/token',
  /** POST (RFC 7009). */
  revocation: '/oauth/revoke',
  /** Page on which a person types the user code. */
  verification: '/device',
} as const;

/** The two public clients that exist. */
export const OAUTH_CLIENTS = {
  /** Agents of hosts; each request bears a DPoP proof (RFC 9449) of the host's own key. */
  agent: 'nanny-agent',
  /** Command line of people; it gets a bearer token. */
  commandLine: 'nanny',
} as const;

/** Values of `grant_type`. */
export const GRANTS = {
  deviceCode: 'urn:ietf:params:oauth:grant-type:device_code',
  refreshToken: 'refresh_token',
  /** Our own (RFC 6749 §4.5): a one-use install token in `enrollment_token`, for hosts that nobody sits at. */
  enrollmentToken: 'urn:nannyapi:params:oauth:grant-type:enrollment_token',
} as const;

/** What every token begins with, so that logs and secret scanners know one when they see it. */
export const TOKEN_PREFIXES = {
  agentAccess: 'nat.',
  agentRefresh: 'nrt.',
  enrollment: 'net.',
  person: 'npt.',
} as const;
