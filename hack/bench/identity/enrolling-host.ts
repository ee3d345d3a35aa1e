import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { GRANTS, OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';

/** How the facade of the bench is reached. */
export interface FacadeAddress {
  facadeUrl: string;
  caPem: string;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Enrols hosts, one after the other, over one connection; each has a key of its own, as hosts have. */
export class EnrollingHost {
  readonly #facade: FacadeAddress;
  readonly #token: string;
  readonly #pool: Agent;
  #nonce = '';

  /** @param token of the person who approves */
  constructor(facade: FacadeAddress, token: string) {
    this.#facade = facade;
    this.#token = token;
    this.#pool = new Agent({ keepAlive: true, maxSockets: 1, ca: facade.caPem });
  }

  /** Start, approval by a person, tokens. @throws Error when any of the three is refused. */
  async enrol(name: string): Promise<void> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const head = encode({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: publicKey.export({ format: 'jwk' }) });
    const key = { privateKey, head };
    const started = await this.#prove(OAUTH_PATHS.deviceAuthorization, key, {
      hostname: `${name}.example.org`,
      machine_id: name,
      boot_id: randomUUID(),
      version: '1.0.0',
      arch: 'x64',
      os_name: 'Debian GNU/Linux 12',
      capabilities: 'root bpftrace',
    });
    const decision = { userCode: started['user_code'], namespace: 'default', name };
    await this.#send('/api/v1/device-codes/approve', JSON.stringify(decision), {
      'content-type': 'application/json',
      authorization: `Bearer ${this.#token}`,
    });
    await this.#prove(OAUTH_PATHS.token, key, {
      grant_type: GRANTS.deviceCode,
      device_code: String(started['device_code']),
    });
  }

  close(): void {
    this.#pool.destroy();
  }

  async #prove(
    path: string,
    key: { privateKey: KeyObject; head: string },
    form: Record<string, string>,
  ): Promise<Record<string, unknown>> {
    const body = new URLSearchParams({ client_id: OAUTH_CLIENTS.agent, ...form }).toString();
    for (let attempt = 1; ; attempt++) {
      const claims = {
        jti: randomUUID(),
        htm: 'POST',
        htu: `${this.#facade.facadeUrl}${path}`,
        iat: Math.floor(Date.now() / 1000),
        nonce: this.#nonce,
      };
      const text = `${key.head}.${encode(claims)}`;
      const dpop = `${text}.${sign(null, Buffer.from(text), key.privateKey).toString('base64url')}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded', dpop };
      try {
        return (await this.#send(path, body, headers)).body;
      } catch (error) {
        if (!(error instanceof NonceWanted) || attempt > 1) throw error;
      }
    }
  }

  async #send(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
    const answer = await this.#exchange(path, body, headers);
    const { 'dpop-nonce': nonce } = answer.headers;
    if (typeof nonce === 'string') this.#nonce = nonce;
    if (answer.body['error'] === 'use_dpop_nonce') throw new NonceWanted();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #exchange(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
    const { hostname, port } = new URL(this.#facade.facadeUrl);
    const options = { hostname, port, path, method: 'POST', agent: this.#pool };
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
      sent.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject).on('end', () => {
          const parsed = JSON.parse(text) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      });
      sent.end(body);
    });
  }
}

class NonceWanted extends Error {}
