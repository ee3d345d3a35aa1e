import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { CodedError } from '@nannyapi/process';

/** The public part, as proofs carry it (RFC 8037 §2). */
export interface AgentJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
}

/** The host's own Ed25519 key. It never leaves the host; the control plane knows its thumbprint. */
export class AgentKey {
  readonly #private: KeyObject;
  readonly jwk: AgentJwk;
  /** SHA-256 of the public key in base64url, 43 characters (RFC 7638 §3). */
  readonly thumbprint: string;

  private constructor(key: KeyObject) {
    this.#private = key;
    const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
    this.jwk = { kty: 'OKP', crv: 'Ed25519', x };
    const members = JSON.stringify({ crv: this.jwk.crv, kty: this.jwk.kty, x });
    this.thumbprint = createHash('sha256').update(members).digest('base64url');
  }

  /** A key that nobody had before. */
  static generate(): AgentKey {
    return new AgentKey(generateKeyPairSync('ed25519').privateKey);
  }

  /** @param pem PKCS #8. @throws CodedError `InvalidIdentity` for anything but an Ed25519 key. */
  static parse(pem: string): AgentKey {
    const key = readKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return new AgentKey(key);
    throw new CodedError({ code: 'InvalidIdentity', message: 'The key of this host is no Ed25519 key' });
  }

  /** The private key as PKCS #8 in PEM: for its file, and for nothing else. */
  toPem(): string {
    return this.#private.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** Signature over some bytes, 64 bytes (RFC 8032). */
  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#private);
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new CodedError({ code: 'InvalidIdentity', message: 'The key of this host cannot be read', cause });
  }
}
