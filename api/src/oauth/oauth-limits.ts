/** What bounds the device flow. Counts are those of one replica unless said otherwise. */
export interface OAuthLimits {
  /** How long both codes of a device are good, in seconds. */
  codeLifetimeSeconds: number;
  /** Least time between two polls, in seconds. */
  pollIntervalSeconds: number;
  /** Codes that wait for a person, from one IPv4 address or one IPv6 /64, in all replicas. */
  pendingPerAddress: number;
  /** Codes that wait for a person, from everywhere, in all replicas. */
  pendingTotal: number;
  /** Wrong user codes in {@link triesWindowSeconds} after which a person must wait. */
  triesPerPerson: number;
  /** The same, from one address. */
  triesPerAddress: number;
  /** The same, of everyone. */
  triesTotal: number;
  triesWindowSeconds: number;
  /** How long an access token of an agent is good, in seconds. */
  accessTokenSeconds: number;
  /** How long a refresh token that is not used is good, in seconds. */
  refreshIdleSeconds: number;
  /** How long a host may renew its tokens before a person must enrol it again, in seconds. */
  credentialSeconds: number;
}

/** Good for fleets of thousands of hosts behind a handful of addresses. */
export const DEFAULT_OAUTH_LIMITS: OAuthLimits = {
  codeLifetimeSeconds: 600,
  pollIntervalSeconds: 5,
  pendingPerAddress: 100,
  pendingTotal: 5000,
  triesPerPerson: 10,
  triesPerAddress: 30,
  triesTotal: 100,
  triesWindowSeconds: 600,
  accessTokenSeconds: 600,
  refreshIdleSeconds: 30 * 86_400,
  credentialSeconds: 366 * 86_400,
};
