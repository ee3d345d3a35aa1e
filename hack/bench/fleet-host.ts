import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { AGENT_PATHS } from '@nannyapi/protocol';
import { JOURNAL_ID, POLICY_HASH } from './cluster.ts';
import { FleetConnection, type FleetAnswer } from './fleet-connection.ts';

/** How hosts of the bench reach the facade. */
export interface FleetAccess {
  facadeUrl: string;
  caPem: string;
  /** The newest nonce that any answer brought: it is good for all hosts. */
  nonce: string;
}

/** About as long as that of a real host. */
const HEARTBEAT = JSON.stringify({
  version: '0.0.0',
  policyHash: POLICY_HASH,
  journalID: JOURNAL_ID,
  facts: { hostname: 'bench' },
  capabilities: {
    privilege: 'Root',
    sandbox: 'Full',
    tools: Array.from({ length: 100 }, (_, index) => `tool-${index}`),
  },
});

/** An enrolled host of the bench: its key, its token, its proofs (RFC 9449). */
export class FleetHost {
  /** Names the AgentCredential, as the facade names those that it makes. */
  readonly credentialName: string;
  readonly keyThumbprint: string;
  readonly accessTokenHash: string;
  readonly #accessToken: string;
  readonly #privateKey: KeyObject;
  readonly #header: string;
  readonly #ath: string;
  #stream: FleetConnection | undefined;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    // RFC 7638: the members in the order of their names, and nothing else.
    const jwk = { crv: 'Ed25519', kty: 'OKP', x };
    this.keyThumbprint = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
    this.credentialName = createHash('sha256').update(this.keyThumbprint).digest('hex').slice(0, 20);
    this.#accessToken = `nat.${this.credentialName}.${randomBytes(32).toString('base64url')}`;
    const hash = createHash('sha256').update(this.#accessToken).digest();
    this.accessTokenHash = `sha256:${hash.toString('hex')}`;
    this.#ath = hash.toString('base64url');
    this.#privateKey = privateKey;
    this.#header = encode({ typ: 'dpop+jwt', alg: 'EdDSA', jwk });
  }

  /** Sends a heartbeat over a connection that hosts may share; asks for a nonce when its own is too old. */
  async heartbeat(access: FleetAccess, connection: FleetConnection): Promise<void> {
    const send = () => connection.send(this.#request(access, 'POST', AGENT_PATHS.heartbeat, HEARTBEAT));
    const code = await twice(access, send);
    if (code !== 200) throw new Error(`The heartbeat was answered ${code}`);
  }

  /** Opens the stream; `onTask` is told the name of each task in the tick in which it arrives. */
  async connect(access: FleetAccess, onTask: (name: string) => void): Promise<void> {
    const stream = await FleetConnection.open(access.facadeUrl, access.caPem);
    this.#stream = stream;
    const greeted = Promise.withResolvers<void>();
    const code = await twice(access, () =>
      stream.openStream(this.#request(access, 'GET', AGENT_PATHS.stream), (block) => {
        if (block.includes('event: hello')) greeted.resolve();
        if (block.includes('event: task')) onTask(nameOf(block));
      }),
    );
    if (code !== 200) throw new Error(`The stream answered ${code}`);
    await greeted.promise;
  }

  close(): void {
    this.#stream?.close();
  }

  #request(access: FleetAccess, method: string, path: string, body?: string): string {
    const { host } = new URL(access.facadeUrl);
    const lines = [
      `${method} ${path} HTTP/1.1`,
      `host: ${host}`,
      `authorization: DPoP ${this.#accessToken}`,
      `dpop: ${this.#proof(method, `${access.facadeUrl}${path}`, access.nonce)}`,
      ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${body.length}`]),
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
  }

  #proof(htm: string, htu: string, nonce: string): string {
    const jti = randomBytes(16).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const text = `${this.#header}.${encode({ jti, htm, htu, iat, nonce, ath: this.#ath })}`;
    return `${text}.${sign(null, Buffer.from(text), this.#privateKey).toString('base64url')}`;
  }
}

/** The first answer but 401, or the second: a 401 asks for another nonce, and has brought it. */
async function twice(access: FleetAccess, send: () => Promise<FleetAnswer>): Promise<number> {
  const first = await send();
  access.nonce = first.nonce ?? access.nonce;
  if (first.code !== 401) return first.code;
  const second = await send();
  return second.code;
}

function nameOf(block: string): string {
  const task = JSON.parse(block.slice(block.indexOf('data: ') + 6)) as { name: string };
  return task.name;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
