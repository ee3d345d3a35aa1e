import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@nannyapi/process';

/** One-time links with which the admin of a machine logs in; they live in memory alone. */
export interface LoginLinks {
  /** A link that is good once, for ten minutes: `<public URL>/login/link?token=<43 characters>`. */
  issue(): URL;
  /** Uses a link up; false for one that is wrong, expired or used. */
  redeem(token: string): boolean;
}

/** How long a link is good, in milliseconds. */
const LIFETIME_MS = 600_000;
/** Links that are good at a time; a further one takes the place of the oldest. */
const MAX_LINKS = 8;

interface Issued {
  digest: Buffer;
  untilMs: number;
}

/**
 * Makes the links of one process.
 *
 * Whoever may have one issued can read the data folder of the installation, and is its admin anyway. There is no default
 * password because there is no password.
 */
export function createLoginLinks({ publicURL, clock }: { publicURL: URL; clock: Clock }): LoginLinks {
  let issued: Issued[] = [];
  const good = (): Issued[] => issued.filter(({ untilMs }) => clock.monotonicMs() < untilMs);
  return {
    issue: () => {
      const token = randomBytes(32).toString('base64url');
      issued = [...good(), { digest: digestOf(token), untilMs: clock.monotonicMs() + LIFETIME_MS }].slice(-MAX_LINKS);
      const url = new URL('/login/link', publicURL);
      url.searchParams.set('token', token);
      return url;
    },
    redeem: (token) => {
      const digest = digestOf(token);
      const links = good();
      // All of them are compared, so that the time tells nothing.
      const found = links.filter((link) => timingSafeEqual(link.digest, digest));
      issued = links.filter((link) => !found.includes(link));
      return found.length > 0;
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
