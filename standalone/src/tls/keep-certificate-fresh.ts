import type { Clock, Logger } from '@nannyapi/process';
import type { CertifiedKey } from './certificate-authority.ts';

/** Time between looks at the certificate, ms. */
const EVERY_MS = 24 * 60 * 60 * 1000;

/** What {@link keepCertificateFresh} needs. */
export interface FreshCertificateDeps {
  clock: Pick<Clock, 'setTimer'>;
  log: Logger;
  /** The stored certificate, or a new one when it ends soon. */
  load: () => Promise<CertifiedKey>;
  /** Serves new connections with it. */
  use: (certificate: CertifiedKey) => void;
}

/** Looks once a day, so that a server that runs for years never serves an expired certificate. Returns how to stop. */
export function keepCertificateFresh(deps: FreshCertificateDeps): () => void {
  let timer = deps.clock.setTimer(EVERY_MS, look);
  let isStopped = false;
  function look(): void {
    deps
      .load()
      .then(deps.use)
      .catch((error: unknown) => deps.log.error({ err: error }, 'The server certificate could not be renewed'))
      .finally(() => {
        if (!isStopped) timer = deps.clock.setTimer(EVERY_MS, look);
      });
  }
  return () => {
    isStopped = true;
    timer.cancel();
  };
}
