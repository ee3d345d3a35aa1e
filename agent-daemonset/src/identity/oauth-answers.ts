import { CodedError } from '@nannyapi/process';
import type { AgentTokens } from './identity.ts';

/** What a device authorization is answered with (RFC 8628 §3.2). */
export interface DeviceStart {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  /** The same with the code in it, for a QR code or a click. */
  verificationUriComplete: string | undefined;
  expiresInSeconds: number;
  intervalSeconds: number;
}

/** What a grant is answered with (RFC 6749 §5.1). */
export interface TokenAnswer {
  tokens: AgentTokens;
  expiresInSeconds: number;
  agent: { namespace: string; name: string };
}

/** Interval of clients that are told none (RFC 8628 §3.2). */
const DEFAULT_INTERVAL_SECONDS = 5;

/** @throws CodedError `BadAnswer`. */
export function readDeviceStart(body: unknown): DeviceStart {
  const fields = fieldsOf(body);
  const complete = fields.verification_uri_complete;
  return {
    deviceCode: textOf(fields, 'device_code'),
    userCode: textOf(fields, 'user_code'),
    verificationUri: textOf(fields, 'verification_uri'),
    verificationUriComplete: typeof complete === 'string' ? complete : undefined,
    expiresInSeconds: secondsOf(fields.expires_in) ?? bad('expires_in'),
    intervalSeconds: secondsOf(fields.interval) ?? DEFAULT_INTERVAL_SECONDS,
  };
}

/** @throws CodedError `BadAnswer`; also for a bearer token, which a thief could use. */
export function readTokenAnswer(body: unknown): TokenAnswer {
  const fields = fieldsOf(body);
  if (textOf(fields, 'token_type').toLowerCase() !== 'dpop') bad('token_type');
  const agent = fieldsOf(fields.agent);
  return {
    tokens: { accessToken: textOf(fields, 'access_token'), refreshToken: textOf(fields, 'refresh_token') },
    expiresInSeconds: secondsOf(fields.expires_in) ?? bad('expires_in'),
    agent: { namespace: textOf(agent, 'namespace'), name: textOf(agent, 'name') },
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** What is printed or sent again must be visible: no answer moves a terminal's cursor or splits a header. */
function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value) ? value : bad(name);
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value <= 366 * 86_400 ? value : undefined;
}

function bad(name: string): never {
  throw new CodedError({
    code: 'BadAnswer',
    message: `The control plane's answer has no ${name} that this agent knows`,
    status: 0,
  });
}
