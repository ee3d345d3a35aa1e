import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';

/** What a person or the clock has done with a device code. */
type DeviceState = 'Pending' | 'Approved' | 'Denied' | 'Expired';

interface Device {
  thumbprint: string;
  form: URLSearchParams;
  state: DeviceState;
  tokens?: Tokens;
}

interface Tokens {
  access_token: string;
  refresh_token: string;
}

interface Credential {
  thumbprint: string;
  tokens: Tokens;
  previousRefreshToken?: string;
}

/** An answer that is given instead of the true one, after the deed was done. */
export type AnswerFault = 'Lose' | { status: number; body: string; type: string };

/**
 * The authorization server as an agent meets it, strict and in memory: RFC 8628, RFC 6749 and RFC 9449 with nonces.
 * It keeps the promises of the real one: one rotation a refresh token, the same answer again while it was not used.
 */
export class FakeAuthorizationServer {
  readonly devices = new Map<string, Device>();
  readonly installTokens = new Map<string, { thumbprint?: string }>();
  readonly requests: { path: string; form: URLSearchParams; thumbprint: string; status: number; error?: string }[] = [];
  readonly complaints: string[] = [];
  /** Answers to polls before the true ones. */
  pollErrors: string[] = [];
  fault: (path: string, form: URLSearchParams) => AnswerFault | undefined = () => undefined;
  intervalSeconds = 1;
  expiresInSeconds = 600;
  accessTokenSeconds = 600;
  /** Present: every refresh is refused like this. */
  refusal: string | undefined;
  credential: Credential | undefined;
  /** By which the origin in proofs is checked. */
  origin = '';
  #nonce = randomBytes(9).toString('base64url');
  readonly #jtis = new Set<string>();

  /** Makes the nonces that are out stale. */
  turnNonce(): void {
    this.#nonce = randomBytes(9).toString('base64url');
  }

  /** Decides the only device code there is. */
  decide(state: DeviceState): void {
    for (const device of this.devices.values()) device.state = state;
  }

  /** Ends the access token that is out; the refresh token stays good. */
  endAccessToken(): void {
    if (this.credential) this.credential.tokens.access_token = `nat.ended.${randomBytes(9).toString('hex')}`;
  }

  /** Whether this server answers the path. */
  serves(path: string): boolean {
    return path.startsWith('/oauth/') || path === OAUTH_PATHS.metadata;
  }

  /** Answers one request to the server itself. */
  answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const path = request.url ?? '';
    if (path === OAUTH_PATHS.metadata) return json(response, 200, { issuer: this.origin });
    const form = new URLSearchParams(body);
    const proof = this.#checkProof(request, undefined);
    const answer = 'error' in proof ? { status: 400, body: proof } : this.#decide(path, form, proof.thumbprint);
    const error = 'error' in answer.body ? String(answer.body.error) : undefined;
    const thumbprint = 'thumbprint' in proof ? proof.thumbprint : '';
    this.requests.push({ path, form, thumbprint, status: answer.status, ...(error === undefined ? {} : { error }) });
    response.setHeader('dpop-nonce', this.#nonce);
    const fault = error === 'use_dpop_nonce' ? undefined : this.fault(path, form);
    if (fault === 'Lose') return void request.socket.destroy();
    if (fault) return void response.writeHead(fault.status, { 'content-type': fault.type }).end(fault.body);
    return json(response, answer.status, answer.body);
  }

  /** Checks a request to the agent protocol. @returns whether it is let in; else it is answered. */
  admits(request: IncomingMessage, response: ServerResponse): boolean {
    response.setHeader('dpop-nonce', this.#nonce);
    const token = /^DPoP (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const proof = token === undefined ? { error: 'invalid_token' } : this.#checkProof(request, token);
    if (this.refusal === 'unauthorized_client') {
      json(response, 403, {
        code: 'Forbidden',
        title: 'Forbidden',
        status: 403,
        detail: 'Agent default/web-1 is disabled',
      });
      return false;
    }
    const isKnown =
      'thumbprint' in proof &&
      this.refusal === undefined &&
      token === this.credential?.tokens.access_token &&
      proof.thumbprint === this.credential?.thumbprint;
    if (isKnown) return true;
    const error = 'error' in proof ? proof.error : 'invalid_token';
    response.setHeader('www-authenticate', `DPoP algs="EdDSA ES256", error="${error}"`);
    json(response, 401, { code: 'Unauthenticated', title: 'Unauthenticated', status: 401 });
    return false;
  }

  #decide(path: string, form: URLSearchParams, thumbprint: string): { status: number; body: object } {
    if (form.get('client_id') !== OAUTH_CLIENTS.agent) return refuse('invalid_client');
    if (path === OAUTH_PATHS.deviceAuthorization) return this.#startDevice(form, thumbprint);
    if (path === OAUTH_PATHS.revocation) return this.#revoke(form);
    if (path !== OAUTH_PATHS.token) return { status: 404, body: {} };
    switch (form.get('grant_type') ?? '') {
      case GRANTS.deviceCode:
        return this.#poll(form, thumbprint);
      case GRANTS.enrollmentToken:
        return this.#useInstallToken(form, thumbprint);
      case GRANTS.refreshToken:
        return this.#refresh(form, thumbprint);
      default:
        return refuse('unsupported_grant_type');
    }
  }

  #startDevice(form: URLSearchParams, thumbprint: string): { status: number; body: object } {
    const code = randomBytes(32).toString('base64url');
    this.devices.set(code, { thumbprint, form, state: 'Pending' });
    return {
      status: 200,
      body: {
        device_code: code,
        user_code: 'WDJB-MJHT',
        verification_uri: `${this.origin}/device`,
        verification_uri_complete: `${this.origin}/device?user_code=WDJB-MJHT`,
        expires_in: this.expiresInSeconds,
        interval: this.intervalSeconds,
      },
    };
  }

  #poll(form: URLSearchParams, thumbprint: string): { status: number; body: object } {
    const device = this.devices.get(form.get('device_code') ?? '');
    if (!device || device.thumbprint !== thumbprint) return refuse('invalid_grant');
    const planned = this.pollErrors.shift();
    if (planned !== undefined) return refuse(planned);
    if (device.state === 'Pending') return refuse('authorization_pending');
    if (device.state === 'Denied') return refuse('access_denied');
    if (device.state === 'Expired') return refuse('expired_token');
    device.tokens ??= this.#issue(thumbprint);
    return this.#tokenAnswer(device.tokens);
  }

  #useInstallToken(form: URLSearchParams, thumbprint: string): { status: number; body: object } {
    const known = this.installTokens.get(form.get('enrollment_token') ?? '');
    if (!known || (known.thumbprint !== undefined && known.thumbprint !== thumbprint)) return refuse('invalid_grant');
    const isAgain = known.thumbprint === thumbprint;
    known.thumbprint = thumbprint;
    return this.#tokenAnswer(isAgain && this.credential ? this.credential.tokens : this.#issue(thumbprint));
  }

  #refresh(form: URLSearchParams, thumbprint: string): { status: number; body: object } {
    if (this.refusal !== undefined) return refuse(this.refusal);
    const { credential } = this;
    const token = form.get('refresh_token');
    if (!credential || credential.thumbprint !== thumbprint) return refuse('invalid_grant');
    if (token === credential.previousRefreshToken) return this.#tokenAnswer(credential.tokens);
    if (token !== credential.tokens.refresh_token) {
      this.complaints.push('a refresh token was used that is long gone');
      return refuse('invalid_grant');
    }
    const previousRefreshToken = credential.tokens.refresh_token;
    const tokens = this.#issue(thumbprint);
    this.credential = { thumbprint, tokens, previousRefreshToken };
    return this.#tokenAnswer(tokens);
  }

  #revoke(form: URLSearchParams): { status: number; body: object } {
    if (form.get('token') === this.credential?.tokens.refresh_token) this.credential = undefined;
    return { status: 200, body: {} };
  }

  #issue(thumbprint: string): Tokens {
    const part = (): string => randomBytes(32).toString('base64url');
    const tokens = { access_token: `nat.cred.${part()}`, refresh_token: `nrt.cred.${part()}` };
    this.credential = { thumbprint, tokens };
    return tokens;
  }

  #tokenAnswer(tokens: Tokens): { status: number; body: object } {
    const agent = { namespace: 'default', name: 'web-1' };
    return { status: 200, body: { ...tokens, token_type: 'DPoP', expires_in: this.accessTokenSeconds, agent } };
  }

  #checkProof(request: IncomingMessage, accessToken: string | undefined): { thumbprint: string } | { error: string } {
    const text = request.headers.dpop;
    const parts = typeof text === 'string' ? text.split('.') : [];
    if (parts.length !== 3) return this.#wrong('no proof');
    const [head = '', claims = '', signature = ''] = parts;
    const { typ, alg, jwk } = parsed(head) as { typ: string; alg: string; jwk: Record<string, string> };
    const { htm, htu, jti, nonce, ath, iat } = parsed(claims);
    if (typ !== 'dpop+jwt' || alg !== 'EdDSA' || 'd' in jwk) return this.#wrong('head');
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (!verify(null, Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url')))
      return this.#wrong('signature');
    if (htm !== request.method || htu !== `${this.origin}${(request.url ?? '').split('?')[0] ?? ''}`)
      return this.#wrong(`${String(htm)} ${String(htu)}`);
    if (typeof iat !== 'number') return this.#wrong('iat');
    if (nonce !== this.#nonce) return { error: 'use_dpop_nonce' };
    const wanted = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url');
    if (ath !== wanted) return this.#wrong('ath');
    if (typeof jti !== 'string' || this.#jtis.has(jti)) return this.#wrong('replay');
    this.#jtis.add(jti);
    const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x });
    return { thumbprint: createHash('sha256').update(members).digest('base64url') };
  }

  #wrong(what: string): { error: string } {
    this.complaints.push(`wrong proof: ${what}`);
    return { error: 'invalid_dpop_proof' };
  }
}

function refuse(error: string): { status: number; body: object } {
  return { status: 400, body: { error, error_description: `That is ${error}` } };
}

function parsed(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
