import { createHash } from 'node:crypto';
import type { FacadeIdentity } from './facade-identity.ts';
import type { InstallCommands } from './pages/pages-deps.ts';

/**
 * The commands that bring a host in.
 *
 * An authority that no system knows is named by its fingerprint in the command itself: whoever pastes the command trusts
 * the page that it came from, and nothing on the way.
 */
export function installCommands({ publicURL, caPem }: Pick<FacadeIdentity, 'publicURL' | 'caPem'>): InstallCommands {
  const { origin } = publicURL;
  const fingerprint = caPem === undefined ? undefined : createHash('sha256').update(caPem).digest('hex');
  const enrol = (token?: string): string =>
    [
      `nanny-agent enroll --url ${origin}`,
      ...(fingerprint === undefined ? [] : [`--ca-fingerprint ${fingerprint}`]),
      ...(token === undefined ? [] : [`--enrollment-token ${token}`]),
    ].join(' ');
  return { withCode: () => enrol(), withToken: (token) => enrol(token) };
}
