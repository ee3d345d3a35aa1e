import { allowInsecureRequests, discovery, enableNonRepudiationChecks, type Configuration } from 'openid-client';
import { openClientSecret } from './client-secret.ts';
import { LoginError } from './login-error.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { toLoginError } from './provider-failure.ts';

/** How long the metadata of a provider is good for; keys are looked up more often. */
const FRESH_MS = 3_600_000;
/** How long a provider that did not answer is left alone: a flood of logins must not become a flood of requests. */
const REST_MS = 5000;

interface Known {
  configuration: Configuration;
  secret: string;
  untilMs: number;
}

/**
 * Finds out how to talk to an OpenID Connect issuer, when it is first needed and again every hour.
 *
 * A provider that is down keeps nothing else from working; once known, it stays known when a later look fails.
 */
export class ProviderDiscovery {
  readonly #deps: ProviderDeps;
  #known: Known | undefined;
  #looking: Promise<Known> | undefined;
  #restUntilMs = 0;

  constructor(deps: ProviderDeps) {
    this.#deps = deps;
  }

  /** @throws LoginError `Unavailable`, `ProviderFailed`. */
  async configuration(): Promise<Configuration> {
    const { config, clock, log } = this.#deps;
    const secret = await openClientSecret(config.clientSecretFile, log);
    const known = this.#known?.secret === secret.text ? this.#known : undefined;
    if (known && clock.monotonicMs() < known.untilMs) return known.configuration;
    try {
      this.#looking ??= this.#look(secret).finally(() => (this.#looking = undefined));
      return (await this.#looking).configuration;
    } catch (error) {
      if (!known) throw error;
      known.untilMs = clock.monotonicMs() + REST_MS;
      return known.configuration;
    }
  }

  async #look({ text, auth }: Awaited<ReturnType<typeof openClientSecret>>): Promise<Known> {
    const { config, clock, log, timeoutSeconds } = this.#deps;
    if (clock.monotonicMs() < this.#restUntilMs) throw new LoginError('Unavailable', 'It did not answer a moment ago');
    try {
      const configuration = await discovery(config.issuer, config.clientID, undefined, auth, {
        timeout: timeoutSeconds,
        execute: [
          // The ID token comes over TLS and need not be checked against the issuer's keys; it costs little, so it is.
          enableNonRepudiationChecks,
          // Reading the configuration has refused plain HTTP but on loopback, and there but for tests.
          ...(config.issuer.protocol === 'http:' ? [allowInsecureRequests] : []),
        ],
      });
      this.#known = { configuration, secret: text, untilMs: clock.monotonicMs() + FRESH_MS };
      return this.#known;
    } catch (cause) {
      this.#restUntilMs = clock.monotonicMs() + REST_MS;
      const failure = toLoginError(cause);
      log.warn({ provider: config.id, reason: failure.reason }, 'Cannot find out how to talk to an identity provider');
      throw failure;
    }
  }
}
