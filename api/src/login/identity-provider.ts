import type { ProvenIdentity } from './identity.ts';
import type { LoginProviderConfig } from './login-config.ts';

/** What one login keeps between its start and its callback; only the browser that started it has it. */
export interface LoginAttempt {
  /** The callback of this provider, built from the configured public URL alone. */
  redirectURI: URL;
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636), S256. */
  verifier: string;
}

/** One configured way to prove who somebody is. */
export interface IdentityProvider {
  readonly config: LoginProviderConfig;
  /** Where to send the browser. @throws LoginError `Unavailable` when the provider cannot be asked. */
  begin(attempt: LoginAttempt): Promise<URL>;
  /**
   * Proves who came back.
   *
   * @param callback the callback's URL as of the public URL, with the query that the browser brought.
   * @throws LoginError
   */
  finish(callback: URL, attempt: LoginAttempt): Promise<ProvenIdentity>;
  /** Where to send a browser that has logged out here; `undefined` when the provider offers or should do nothing. */
  endSessionURL(returnURL: URL): Promise<URL | undefined>;
}
