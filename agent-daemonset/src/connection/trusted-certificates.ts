import { readFile } from 'node:fs/promises';
import type { CertificateSource } from './transport.ts';

const FRESH_MS = 60_000;

/** The certificates that the control plane's own is checked against, from a file that may be replaced in place. */
export class TrustedCertificates implements CertificateSource {
  readonly #path: string;
  readonly #now: () => Date;
  #held: { pem: string; untilMs: number } | undefined;

  /** @param path file of certificates in PEM. */
  constructor(path: string, now: () => Date) {
    this.#path = path;
    this.#now = now;
  }

  /** The certificates, at most a minute old; those of before while the file cannot be read. */
  async read(): Promise<string> {
    const nowMs = this.#now().getTime();
    if (this.#held && nowMs < this.#held.untilMs) return this.#held.pem;
    const known = this.#held?.pem;
    const pem = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (known === undefined) throw error;
      return known;
    });
    this.#held = { pem, untilMs: nowMs + FRESH_MS };
    return pem;
  }
}
