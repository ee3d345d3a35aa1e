import { errorCode, CodedError, type Clock } from '@nannyapi/process';
import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import type { FacadeConnection } from './facade-connection.ts';

/** What a person does to let this command line in (RFC 8628 §3.2). */
export interface LoginInvitation {
  /** The page, to be opened in a browser on any machine. */
  verificationURI: string;
  /** What is typed there, e.g. `WDJB-MJHT`. */
  userCode: string;
  expiresInSeconds: number;
}

/** A token of a person. */
export interface PersonToken {
  token: string;
  expiresInSeconds: number;
}

interface StartAnswer {
  device_code: string;
  user_code: string;
  verification_uri: string;
  expires_in: number;
  interval?: number;
}

const DEFAULT_INTERVAL_SECONDS = 5;
/** What `slow_down` adds to this and all later waits (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** Longest wait between two polls while the facade cannot be reached. */
const MAX_INTERVAL_SECONDS = 60;

/**
 * Logs this command line in: asks for a code, shows it, and polls until a person has decided.
 *
 * @param show told once what the person is to do.
 * @throws CodedError `access_denied`, `expired_token` and other errors of OAuth; the signal's reason.
 */
export async function loginByDevice(
  connection: FacadeConnection,
  { clock, signal, show }: { clock: Clock; signal: AbortSignal; show: (invitation: LoginInvitation) => void },
): Promise<PersonToken> {
  const started = await connection.json<StartAnswer>(OAUTH_PATHS.deviceAuthorization, {
    method: 'POST',
    body: new URLSearchParams({ client_id: OAUTH_CLIENTS.commandLine }),
    signal,
  });
  show({
    verificationURI: started.verification_uri,
    userCode: started.user_code,
    expiresInSeconds: started.expires_in,
  });
  const endMs = clock.monotonicMs() + started.expires_in * 1000;
  let intervalSeconds = started.interval ?? DEFAULT_INTERVAL_SECONDS;
  while (clock.monotonicMs() < endMs) {
    await clock.sleep(intervalSeconds * 1000, { signal });
    const answer = await poll(connection, started.device_code, signal);
    if (typeof answer !== 'string') return answer;
    if (answer === 'slow_down') intervalSeconds += SLOW_DOWN_SECONDS;
    if (answer === 'unreachable') intervalSeconds = Math.min(intervalSeconds * 2, MAX_INTERVAL_SECONDS);
  }
  throw new CodedError({ code: 'expired_token', status: 400, message: 'Nobody approved the login in time' });
}

async function poll(
  connection: FacadeConnection,
  deviceCode: string,
  signal: AbortSignal,
): Promise<PersonToken | 'authorization_pending' | 'slow_down' | 'unreachable'> {
  const body = new URLSearchParams({
    grant_type: GRANTS.deviceCode,
    device_code: deviceCode,
    client_id: OAUTH_CLIENTS.commandLine,
  });
  try {
    const answer = await connection.json<{ access_token: string; expires_in: number }>(OAUTH_PATHS.token, {
      method: 'POST',
      body,
      signal,
    });
    return { token: answer.access_token, expiresInSeconds: answer.expires_in };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'authorization_pending' || code === 'slow_down') return code;
    // A control plane that restarts keeps the code: the person's decision is not lost.
    const isUnavailable = error instanceof CodedError && error.status >= 500;
    if (isUnavailable || code === 'FacadeUnreachable') return 'unreachable';
    throw error;
  }
}
