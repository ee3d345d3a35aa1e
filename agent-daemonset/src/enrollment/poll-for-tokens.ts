import { GRANTS } from '@nannyapi/protocol';
import { CodedError, type Clock } from '@nannyapi/process';
import { BackOff } from '../connection/back-off.ts';
import type { DeviceStart, TokenAnswer } from '../identity/oauth-answers.ts';
import { OAuthRefusal, type OAuthClient, type OAuthForm } from '../identity/oauth-client.ts';

/** What the wait for a person's approval needs. */
export interface PollDeps {
  oauth: Pick<OAuthClient, 'requestTokens'>;
  clock: Clock;
  signal: AbortSignal;
  /** Hears that the control plane cannot be reached, once each time that it is lost. */
  onLost(error: CodedError): void;
}

/** What is added to the interval with each `slow_down`, for good (RFC 8628 §3.5). */
const SLOW_DOWN_MS = 5000;
const MAX_BACK_OFF_MS = 60_000;
/** An approval in the last second must still be found. */
const AFTER_EXPIRY_MS = 10_000;

/**
 * Polls until a person has decided (RFC 8628 §3.5).
 *
 * No answer, a proxy's page and a restarting server are waited out with growing delays while the code lasts; only what
 * the authorization server itself says ends it.
 *
 * @throws CodedError `EnrollmentDenied`, `EnrollmentExpired`; OAuthRefusal for any other refusal.
 */
export async function pollForTokens(device: DeviceStart, form: OAuthForm, deps: PollDeps): Promise<TokenAnswer> {
  const { clock, oauth, signal } = deps;
  const endMs = clock.monotonicMs() + device.expiresInSeconds * 1000 + AFTER_EXPIRY_MS;
  const request = { grant_type: GRANTS.deviceCode, device_code: device.deviceCode, ...form };
  let intervalMs = device.intervalSeconds * 1000;
  const backOff = new BackOff({ firstMs: 2 * intervalMs, maxMs: Math.max(MAX_BACK_OFF_MS, 2 * intervalMs) });
  let isLost = false;
  for (let waitMs = intervalMs; ;) {
    if (clock.monotonicMs() + waitMs > endMs) throw expired();
    await clock.sleep(waitMs, { signal });
    try {
      return await oauth.requestTokens(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OAuthRefusal) {
        if (error.code === 'slow_down') intervalMs += SLOW_DOWN_MS;
        else if (error.code !== 'authorization_pending') throw endOf(error);
        backOff.reset();
        isLost = false;
        waitMs = intervalMs;
        continue;
      }
      if (!(error instanceof CodedError)) throw error;
      if (!isLost) deps.onLost(error);
      isLost = true;
      waitMs = Math.max(intervalMs, backOff.nextMs());
    }
  }
}

function endOf(refusal: OAuthRefusal): CodedError {
  if (refusal.code === 'expired_token') return expired(refusal);
  if (refusal.code !== 'access_denied') return refusal;
  return new CodedError({
    code: 'EnrollmentDenied',
    message: 'A person has denied this enrolment',
    status: 403,
    cause: refusal,
  });
}

function expired(cause?: unknown): CodedError {
  return new CodedError({
    code: 'EnrollmentExpired',
    message: 'Nobody approved this enrolment while its code was good; start again',
    status: 400,
    cause,
  });
}
