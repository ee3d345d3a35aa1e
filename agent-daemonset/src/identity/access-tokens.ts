import { GRANTS } from '@nannyapi/protocol';
import { CodedError, abortable, errorMessage, type Clock, type Logger } from '@nannyapi/process';
import { BackOff } from '../connection/back-off.ts';
import type { IdentityFile } from './identity-file.ts';
import type { Identity } from './identity.ts';
import type { TokenAnswer } from './oauth-answers.ts';
import { OAuthRefusal, type OAuthClient } from './oauth-client.ts';

/** What {@link AccessTokens} needs. */
export interface AccessTokensDeps {
  file: IdentityFile;
  oauth: Pick<OAuthClient, 'requestTokens'>;
  /** Which machine this is, and since which boot. */
  machine: { machineID?: string | undefined; bootID?: string | undefined };
  clock: Clock;
  log: Logger;
  /** Ends a renewal under way. */
  signal: AbortSignal;
}

/** Part of a token's life after which it is renewed. */
const RENEW_AFTER = 0.8;
/** A token that is refused this soon after it was issued is not the trouble: another one would fare no better. */
const YOUNG_MS = 30_000;
const UNREACHABLE = { firstMs: 250, maxMs: 30_000 };
/** A person may let the host in again, so it goes on asking; slowly, for it may also be for good. */
const REFUSED = { firstMs: 30_000, maxMs: 600_000 };

/**
 * The access token of an enrolled host, renewed before it ends and after it was refused, by one request at a time.
 *
 * ```
 *  file ──> token of unknown age ──401──> renew ──> answer ──> file ──> token of known age ──80 %──> renew …
 *                                          │ no answer: the same refresh token again, which the server's grace allows
 *                                          └ refused:   says so once, asks again after 30 s up to 10 min
 * ```
 *
 * How long a token lasts is counted from the moment of asking, on the clock that never jumps; the host's date and the
 * server's are never compared.
 */
export class AccessTokens {
  readonly #deps: AccessTokensDeps;
  readonly #unreachable = new BackOff(UNREACHABLE);
  readonly #refused = new BackOff(REFUSED);
  #identity: Identity;
  /** Absent: the age is unknown, as after a start. */
  #life: { fromMs: number; renewMs: number; endMs: number } | undefined;
  #isRefused = false;
  #renewal: Promise<void> | undefined;
  /** The refusal that the log has told of. */
  #told: string | undefined;
  /** Why there is no newer token, and until when nobody need ask again. */
  #trouble: { error: CodedError; untilMs: number } | undefined;

  constructor(identity: Identity, deps: AccessTokensDeps) {
    this.#identity = identity;
    this.#deps = deps;
  }

  /** A token that is good as far as this host knows. @throws CodedError `CredentialRefused`, or of what may pass. */
  async current(signal: AbortSignal): Promise<string> {
    if (this.#isRenewalDue()) {
      this.#renewal ??= this.#renew().finally(() => {
        this.#renewal = undefined;
      });
      await abortable(this.#renewal, signal);
    }
    if (this.#isUsable()) return this.#identity.tokens.accessToken;
    throw this.#trouble?.error ?? new CodedError({ code: 'CredentialRefused', message: 'No token', status: 401 });
  }

  /** Hears that a token was refused. @returns whether another one may be taken. */
  suspect(accessToken: string): boolean {
    if (accessToken !== this.#identity.tokens.accessToken) return true;
    if (this.#life !== undefined && this.#deps.clock.monotonicMs() - this.#life.fromMs < YOUNG_MS) return false;
    this.#isRefused = true;
    return true;
  }

  #isRenewalDue(): boolean {
    const nowMs = this.#deps.clock.monotonicMs();
    if (this.#trouble !== undefined && nowMs < this.#trouble.untilMs) return false;
    return this.#isRefused || (this.#life !== undefined && nowMs >= this.#life.renewMs);
  }

  #isUsable(): boolean {
    return !this.#isRefused && (this.#life === undefined || this.#deps.clock.monotonicMs() < this.#life.endMs);
  }

  /** Never rejects: how it went is told by what is usable then. */
  async #renew(): Promise<void> {
    const { oauth, machine, clock, signal } = this.#deps;
    const fromMs = clock.monotonicMs();
    const form = {
      grant_type: GRANTS.refreshToken,
      refresh_token: this.#identity.tokens.refreshToken,
      machine_id: machine.machineID,
      boot_id: machine.bootID,
    };
    try {
      await this.#take(await oauth.requestTokens(form, signal), fromMs);
    } catch (error) {
      if (error instanceof OAuthRefusal && error.code !== 'slow_down') await this.#onRefusal(error);
      else this.#onNoAnswer(error);
    }
  }

  async #take({ tokens, expiresInSeconds, agent }: TokenAnswer, fromMs: number): Promise<void> {
    const { clock, log } = this.#deps;
    const { refusal, ...rest } = this.#identity;
    this.#identity = { ...rest, tokens, agent, renewedTime: clock.now().toISOString() };
    // On disk before first use: once the server sees the new tokens, the old ones are of no use to a next start.
    await this.#save();
    const lifeMs = expiresInSeconds * 1000;
    this.#life = { fromMs, renewMs: fromMs + lifeMs * RENEW_AFTER, endMs: fromMs + lifeMs };
    this.#isRefused = false;
    this.#trouble = undefined;
    this.#told = undefined;
    this.#unreachable.reset();
    this.#refused.reset();
    if (refusal) log.info({ agent: `${agent.namespace}/${agent.name}` }, 'The control plane lets this host in again');
    else log.debug({ expiresInSeconds }, 'Renewed the tokens');
  }

  async #onRefusal(refusal: OAuthRefusal): Promise<void> {
    const { log, clock } = this.#deps;
    if (await this.#adoptNewer()) return;
    this.#isRefused = true;
    const delayMs = this.#refused.nextMs();
    const error = new CodedError({
      code: 'CredentialRefused',
      message: `The control plane does not let this host in: ${refusal.message}`,
      status: 401,
      cause: refusal,
    });
    this.#trouble = { error, untilMs: clock.monotonicMs() + delayMs };
    const fields = { code: refusal.code, reason: refusal.message, delayMs };
    if (this.#told === refusal.code) log.debug(fields, 'Still not let in');
    else log.error(fields, remedyOf(refusal.code));
    this.#told = refusal.code;
    this.#life = undefined;
    this.#identity = {
      ...this.#identity,
      refusal: { code: refusal.code, message: refusal.message, time: clock.now().toISOString() },
    };
    await this.#save();
  }

  #onNoAnswer(cause: unknown): void {
    const { clock, log } = this.#deps;
    const delayMs = this.#unreachable.nextMs();
    const error =
      cause instanceof CodedError
        ? cause
        : new CodedError({ code: 'ConnectionFailed', message: errorMessage(cause), status: 0, cause });
    this.#trouble = { error, untilMs: clock.monotonicMs() + delayMs };
    log.debug({ code: error.code, reason: error.message, delayMs }, 'Tokens are not renewed yet');
  }

  /** A person may have enrolled the host anew while this agent ran. */
  async #adoptNewer(): Promise<boolean> {
    const { file, log } = this.#deps;
    // A file that cannot be read is told when the refusal is written into it, in a moment.
    const known = await file.read().catch(() => undefined);
    if (known !== undefined && known.privateKey !== this.#identity.privateKey)
      log.error(
        { path: file.path },
        'This host was enrolled anew; restart the agent, which still runs with its old key',
      );
    if (known?.privateKey !== this.#identity.privateKey) return false;
    if (known.tokens.refreshToken === this.#identity.tokens.refreshToken) return false;
    log.info({}, 'Goes on with newer tokens of the same key');
    this.#identity = known;
    this.#life = undefined;
    this.#isRefused = false;
    return true;
  }

  /** A full disk must not take the host away from those who would see to it. */
  async #save(): Promise<void> {
    const { file, log } = this.#deps;
    try {
      if (!(await file.renew(this.#identity)))
        log.warn({ path: file.path }, 'The identity of this host was replaced or removed; the tokens are not written');
    } catch (err) {
      log.error(
        { err, path: file.path },
        'Cannot write the tokens of this host; after a restart it may need a new enrolment',
      );
    }
  }
}

function remedyOf(code: string): string {
  return code === 'unauthorized_client'
    ? 'The control plane has disabled this host; nothing is done for it until a person enables it again'
    : 'The control plane does not know this host any more; enroll it again: nanny-agent enroll --replace';
}
