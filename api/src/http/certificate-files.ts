import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CodedError, errorMessage, type Clock, type Logger, type Timer } from '@nannyapi/process';
import type { TlsFiles } from './create-app.ts';

/** How often the files are looked at; a Secret takes a minute to reach a pod anyway. */
export const LOOK_MS = 10_000;

/** What {@link CertificateFiles} needs. */
export interface CertificateFilesOptions {
  certPath: string;
  keyPath: string;
  clock: Clock;
  log: Logger;
}

/**
 * Certificate and key from two files that are replaced while the process runs.
 *
 * The files are read, not watched: a Secret's volume swaps a symbolic link above them, which file watches miss. The two
 * may be read on both sides of such a swap; a pair that does not belong together is not used, and looked at again.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  #present: TlsFiles | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: CertificateFilesOptions) {
    this.#options = options;
  }

  /** The pair as it is now. @throws CodedError `CertificateUnusable` (500). */
  async read(): Promise<TlsFiles> {
    const { certPath, keyPath } = this.#options;
    try {
      const [certPem, keyPem] = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')]);
      const certificate = new X509Certificate(certPem);
      if (!certificate.checkPrivateKey(createPrivateKey(keyPem)))
        throw new Error('the key is not that of the certificate');
      this.#present = { certPem, keyPem };
      return this.#present;
    } catch (cause) {
      throw new CodedError({
        code: 'CertificateUnusable',
        message: `certificate ${certPath} and key ${keyPath} cannot be used: ${errorMessage(cause)}`,
        status: 500,
        cause,
      });
    }
  }

  /** Looks again and again, and hands over each new pair. */
  watch(use: (files: TlsFiles) => void): void {
    this.#timer = this.#options.clock.setTimer(LOOK_MS, () => void this.#look(use));
  }

  /** Stops looking. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #look(use: (files: TlsFiles) => void): Promise<void> {
    const { log } = this.#options;
    const before = this.#present;
    try {
      const files = await this.read();
      if (files.certPem !== before?.certPem || files.keyPem !== before.keyPem) {
        use(files);
        const { validTo, serialNumber } = new X509Certificate(files.certPem);
        log.info({ validTo, serialNumber }, 'Serving a new certificate');
      }
    } catch (error) {
      // The present one stays in use.
      log.warn({ err: error }, 'Could not read a new certificate');
    }
    if (!this.#isStopped) this.watch(use);
  }
}
