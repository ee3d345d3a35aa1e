import { SecretKeys } from '@nannyapi/api';
import { writeFileAtomic } from '@nannyapi/process';
import { readIfPresent } from '../read-if-present.ts';

/**
 * The keys that protect sessions and codes, made at the first start and kept in a file of mode 0600.
 *
 * @throws CodedError `InvalidConfig` when the file holds something else; it is not replaced, for somebody may have
 *   edited it.
 */
export async function ensureSecretKeys(path: string): Promise<SecretKeys> {
  const kept = await readIfPresent(path);
  if (kept !== undefined) return SecretKeys.parse(kept);
  const made = SecretKeys.generate();
  await writeFileAtomic(path, made, { mode: 0o600 });
  return SecretKeys.parse(made);
}
