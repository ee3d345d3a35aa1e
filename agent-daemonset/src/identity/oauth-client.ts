import type { IncomingMessage } from 'node:http';
import { OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { CodedError, withDeadline, type Clock } from '@nannyapi/process';
import { readJson } from '../connection/read-answer.ts';
import type { Transport } from '../connection/transport.ts';
import type { AgentKey } from './agent-key.ts';
import { makeProof } from './dpop-proof.ts';
import type { NonceBox } from './nonce-box.ts';
import { readDeviceStart, readTokenAnswer, type DeviceStart, type TokenAnswer } from './oauth-answers.ts';

const DEADLINE_MS = 20_000;

/** What {@link OAuthClient} needs. */
export interface OAuthClientDeps {
  url: URL;
  transport: Transport;
  key: AgentKey;
  nonces: NonceBox;
  clock: Clock;
}

/** Parameters of a request; absent ones are left out. */
export type OAuthForm = Readonly<Record<string, string | undefined>>;

/** A refusal of the authorization server (RFC 6749 §5.2): `code` is its `error`. Everything else passes by itself. */
export class OAuthRefusal extends CodedError {
  override readonly name = 'OAuthRefusal';
}

/** Refusals that say nothing of the request: the server is busy or broken. */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

/** The token endpoint and its neighbours, each request proved by the host's key. */
export class OAuthClient {
  readonly #deps: OAuthClientDeps;

  constructor(deps: OAuthClientDeps) {
    this.#deps = deps;
  }

  /** Starts an enrolment (RFC 8628 §3.1). @throws OAuthRefusal, and CodedError of what may pass. */
  async startDevice(form: OAuthForm, signal: AbortSignal): Promise<DeviceStart> {
    return readDeviceStart(await this.#post(OAUTH_PATHS.deviceAuthorization, form, signal));
  }

  /** Asks for tokens by some grant. @throws OAuthRefusal, and CodedError of what may pass. */
  async requestTokens(form: OAuthForm, signal: AbortSignal): Promise<TokenAnswer> {
    return readTokenAnswer(await this.#post(OAUTH_PATHS.token, form, signal));
  }

  /** Ends a refresh token and all that came of it (RFC 7009). */
  async revoke(refreshToken: string, signal: AbortSignal): Promise<void> {
    const form = { token: refreshToken, token_type_hint: 'refresh_token' };
    await this.#post(OAUTH_PATHS.revocation, form, signal);
  }

  async #post(path: string, form: OAuthForm, signal: AbortSignal): Promise<unknown> {
    const { url, clock, nonces } = this.#deps;
    using deadline = withDeadline(DEADLINE_MS, { signal, clock });
    const payload = encode({ client_id: OAUTH_CLIENTS.agent, ...form });
    for (let isRetry = false; ; isRetry = true) {
      const response = await this.#send(new URL(path, url), payload, deadline.signal);
      const hasNonce = nonces.take(response.headers);
      if (response.statusCode === 200) return readJson(response);
      const failure = await failureOf(response);
      if (failure.code !== 'use_dpop_nonce' || isRetry || !hasNonce) throw failure;
    }
  }

  async #send(url: URL, payload: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
    const { transport, key, nonces, clock } = this.#deps;
    const dpop = makeProof(key, { method: 'POST', url, nonce: nonces.nonce, now: clock.now() });
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', dpop };
    return transport.send({ method: 'POST', url, headers, payload, signal });
  }
}

function encode(form: OAuthForm): Buffer {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) if (value !== undefined) fields.set(name, value);
  return Buffer.from(fields.toString());
}

/** Only JSON with an `error` is the server's own word; a page in between, whatever its status, is not. */
async function failureOf(response: IncomingMessage): Promise<CodedError> {
  const status = response.statusCode ?? 0;
  const body = await readJson(response).catch(() => undefined);
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { error, error_description: description } = fields;
  const isRefusal = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) && status >= 400 && status < 500;
  if (!isRefusal || PASSING.has(error)) {
    return new CodedError({
      code: 'ServerUnavailable',
      message: `The control plane, or a proxy before it, answered ${status}`,
      status,
    });
  }
  const said = typeof description === 'string' ? description.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300) : error;
  return new OAuthRefusal({ code: error, message: said, status });
}
