import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { writeFileAtomic, type Clock, type Logger, type Timer } from '@nannyapi/process';
import { readIfPresent } from '../read-if-present.ts';
import type { CertifiedKey } from '../tls/certificate-authority.ts';

/** How often the addresses of the machine are looked at; a new lease of DHCP may change them at any time. */
const LOOK_MS = 60_000;
/** A certificate with less than this left is replaced. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/** What {@link FacadeCertificate} needs. */
export interface FacadeCertificateDeps {
  /** Holds `tls.crt` and `tls.key` (0600). */
  folder: string;
  caPem: string;
  /** A certificate of that authority. */
  issue: (names: string[]) => Promise<CertifiedKey>;
  /** Names and addresses that it must hold now. */
  names: () => string[];
  clock: Clock;
  log: Logger;
}

/**
 * The facade's certificate of our own authority. It is kept over restarts, and replaced when it ends within a month,
 * lacks an address that this machine has got, or is of an authority that was replaced.
 */
export class FacadeCertificate {
  readonly #deps: FacadeCertificateDeps;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(deps: FacadeCertificateDeps) {
    this.#deps = deps;
  }

  /** The stored one while it serves, else a new one. */
  async load(): Promise<CertifiedKey> {
    const { folder, issue, names } = this.#deps;
    const stored = await this.#stored();
    if (stored && this.#isUsable(stored)) return stored;
    const issued = await issue(names());
    // The key first: a certificate without its key is made anew, so a crash in between heals itself.
    await writeFileAtomic(join(folder, 'tls.key'), issued.keyPem);
    await writeFileAtomic(join(folder, 'tls.crt'), issued.certPem);
    return issued;
  }

  /** Hands over each new one, until {@link stop}. */
  watch(use: (files: CertifiedKey) => void): void {
    this.#timer = this.#deps.clock.setTimer(LOOK_MS, () => void this.#look(use));
  }

  /** Looks no more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #look(use: (files: CertifiedKey) => void): Promise<void> {
    const { log, names } = this.#deps;
    try {
      const before = await this.#stored();
      const present = await this.load();
      if (present.certPem !== before?.certPem) {
        use(present);
        log.info({ names: names() }, 'Serving a new certificate');
      }
    } catch (error) {
      // The present one stays in use.
      log.error({ err: error }, 'The certificate of the facade could not be renewed');
    }
    if (!this.#isStopped) this.watch(use);
  }

  async #stored(): Promise<CertifiedKey | undefined> {
    const [certPem, keyPem] = await Promise.all(
      ['tls.crt', 'tls.key'].map((name) => readIfPresent(join(this.#deps.folder, name))),
    );
    return certPem === undefined || keyPem === undefined ? undefined : { certPem, keyPem };
  }

  #isUsable({ certPem }: CertifiedKey): boolean {
    const { caPem, clock, names } = this.#deps;
    const certificate = parse(certPem);
    if (!certificate?.verify(new X509Certificate(caPem).publicKey)) return false;
    if (certificate.validToDate.getTime() - clock.now().getTime() < RENEW_BEFORE_MS) return false;
    return names().every(
      (name) => certificate.checkHost(name) !== undefined || certificate.checkIP(name) !== undefined,
    );
  }
}

/** Nobody but us knows this certificate, so one that cannot be read is simply made anew. */
function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
