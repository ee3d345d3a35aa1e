import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';

/** An answer of the authorization server or of a route for agents. */
export interface HostAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  body: any;
}

/** What a proof says that differs from a good one. */
export interface ProofChanges {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  /** Signs with another key than the one that the proof shows. */
  signer?: KeyObject;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A host with a key of its own: a client of the device flow that makes its proofs by hand. */
export class OAuthHost {
  readonly url: string;
  readonly algorithm: 'EdDSA' | 'ES256';
  readonly privateKey: KeyObject;
  readonly jwk: Record<string, unknown>;
  readonly thumbprint: string;
  /** The newest nonce that was told. */
  nonce: string | undefined;
  /** `iat` of proofs, in milliseconds; a host's clock may be wrong. */
  nowMs: () => number = () => Date.now();

  constructor(url: string, algorithm: 'EdDSA' | 'ES256' = 'EdDSA', privateKey: KeyObject = newKey(algorithm)) {
    this.url = url;
    this.algorithm = algorithm;
    this.privateKey = privateKey;
    this.jwk = createPublicKey(privateKey).export({ format: 'jwk' });
    const { crv, kty, x, y } = this.jwk;
    const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
    this.thumbprint = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  }

  /** The same host, which talks to another replica. */
  at(url: string): OAuthHost {
    const there = new OAuthHost(url, this.algorithm, this.privateKey);
    there.nonce = this.nonce;
    return there;
  }

  proof(method: string, path: string, accessToken?: string, changes: ProofChanges = {}): string {
    const header = { typ: 'dpop+jwt', alg: this.algorithm, jwk: this.jwk, ...changes.header };
    const claims = {
      jti: randomUUID(),
      htm: method,
      htu: `${this.url}${path}`,
      iat: Math.floor(this.nowMs() / 1000),
      ...(this.nonce === undefined ? {} : { nonce: this.nonce }),
      ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
      ...changes.claims,
    };
    const text = `${part(header)}.${part(claims)}`;
    const key = changes.signer ?? this.privateKey;
    const signature =
      this.algorithm === 'EdDSA'
        ? sign(null, Buffer.from(text), key)
        : sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  /** POSTs a form with a proof, and once more when the nonce was missing or old. */
  async post(path: string, form: Record<string, string>): Promise<HostAnswer> {
    const answer = await this.postOnce(path, form, this.proof('POST', path));
    return answer.body?.error === 'use_dpop_nonce' ? this.postOnce(path, form, this.proof('POST', path)) : answer;
  }

  async postOnce(path: string, form: Record<string, string>, proof?: string): Promise<HostAnswer> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: proof === undefined ? {} : { dpop: proof },
    });
  }

  start(facts: Record<string, string> = {}): Promise<HostAnswer> {
    return this.post(OAUTH_PATHS.deviceAuthorization, { client_id: OAUTH_CLIENTS.agent, ...facts });
  }

  poll(deviceCode: string): Promise<HostAnswer> {
    return this.token({ grant_type: GRANTS.deviceCode, device_code: deviceCode });
  }

  refresh(refreshToken: string, machine: Record<string, string> = {}): Promise<HostAnswer> {
    return this.token({ grant_type: GRANTS.refreshToken, refresh_token: refreshToken, ...machine });
  }

  enrol(enrollmentToken: string, facts: Record<string, string> = {}): Promise<HostAnswer> {
    return this.token({ grant_type: GRANTS.enrollmentToken, enrollment_token: enrollmentToken, ...facts });
  }

  revoke(token: string): Promise<HostAnswer> {
    return this.post(OAUTH_PATHS.revocation, { client_id: OAUTH_CLIENTS.agent, token });
  }

  token(form: Record<string, string>): Promise<HostAnswer> {
    return this.post(OAUTH_PATHS.token, { client_id: OAUTH_CLIENTS.agent, ...form });
  }

  /** GETs a route for agents with an access token, and once more when the nonce was missing or old. */
  async get(path: string, accessToken: string): Promise<HostAnswer> {
    const answer = await this.getOnce(path, accessToken, this.proof('GET', path, accessToken));
    const isNonceWanted = answer.headers.get('www-authenticate')?.includes('use_dpop_nonce') === true;
    return isNonceWanted ? this.getOnce(path, accessToken, this.proof('GET', path, accessToken)) : answer;
  }

  getOnce(path: string, accessToken: string, proof: string): Promise<HostAnswer> {
    return this.#send(path, { headers: { authorization: `DPoP ${accessToken}`, dpop: proof } });
  }

  async #send(path: string, init: RequestInit): Promise<HostAnswer> {
    const response = await fetch(`${this.url}${path}`, init);
    this.nonce = response.headers.get('dpop-nonce') ?? this.nonce;
    const text = await response.text();
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}

function newKey(algorithm: 'EdDSA' | 'ES256'): KeyObject {
  const pair =
    algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey;
}
