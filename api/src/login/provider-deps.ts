import type { Clock, Logger } from '@nannyapi/process';
import type { LoginProviderConfig } from './login-config.ts';

/** What providers need. */
export interface ProviderDeps {
  config: LoginProviderConfig;
  clock: Clock;
  log: Logger;
  /** How long one request to the provider may take, in seconds. */
  timeoutSeconds: number;
}
