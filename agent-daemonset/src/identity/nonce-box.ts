import type { IncomingHttpHeaders } from 'node:http';

/** Longest nonce that is kept, in characters; servers need far less. */
const MAX_LENGTH = 512;

/** The newest nonce of one control plane (RFC 9449 §8). Every answer may bring another. */
export class NonceBox {
  #nonce: string | undefined;

  /** The nonce for the next proof. */
  get nonce(): string | undefined {
    return this.#nonce;
  }

  /** Keeps the nonce of an answer. @returns true when it brought one. */
  take(headers: IncomingHttpHeaders): boolean {
    const value = headers['dpop-nonce'];
    // The characters that RFC 9449 §8.1 allows.
    if (typeof value !== 'string' || value.length > MAX_LENGTH || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value))
      return false;
    this.#nonce = value;
    return true;
  }
}
