import { createHash } from 'node:crypto';
import type { FacadeIdentity } from './facade-identity.ts';
import { installCommand } from './install/index.ts';
import type { InstallCommands } from './pages/pages-deps.ts';

/**
 * The commands that bring a host in.
 *
 * An authority that no system knows is named by its fingerprint in the command itself: whoever pastes the command trusts
 * the page that it came from, and nothing on the way.
 */
export function installCommands({ publicURL, caPem }: Pick<FacadeIdentity, 'publicURL' | 'caPem'>): InstallCommands {
  const caFingerprint = caPem === undefined ? undefined : createHash('sha256').update(caPem).digest('hex');
  return {
    withCode: () => installCommand({ publicURL, caFingerprint }),
    withToken: (token) => installCommand({ publicURL, caFingerprint, token }),
  };
}
