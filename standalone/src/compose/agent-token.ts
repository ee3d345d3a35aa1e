import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@nannyapi/process';

/**
 * The bearer token of the local agent, made at first start and kept in a file of mode 0600 that the agent reads.
 *
 * It speaks for one Agent at the facade and for nothing at the Kubernetes API.
 */
export async function ensureAgentToken(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return kept.trim();
  const token = `nagt_${randomBytes(32).toString('base64url')}`;
  await writeFileAtomic(path, `${token}\n`, { mode: 0o600 });
  return token;
}

/** The SHA-256 by which a token is known to the authenticator, in hex. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
