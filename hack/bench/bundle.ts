import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LAUNCHER, startNode, type StartedProcess } from './processes.ts';

/** Another build to measure, for comparing two; the default is `dist`, as `npm run build` leaves it. */
const BUNDLE_FOLDER = process.env['NANNYAPI_BENCH_BUNDLE'] ?? join(import.meta.dirname, '../../dist');

/**
 * Starts `nanny standalone` from the bundle, with the flags of its launcher, on a port of its choice.
 *
 * @throws Error when there is no bundle.
 */
export function startBundledStandalone(dataDir: string, mode: string, port = 0): Promise<StartedProcess> {
  const nanny = join(BUNDLE_FOLDER, 'nanny.js');
  if (!existsSync(nanny)) throw new Error('The bundle is missing; npm run build makes it');
  const args = ['standalone', '--data', dataDir, '--port', String(port), '--log-level', 'error', mode];
  return startNode([...LAUNCHER.flags, nanny, ...args], LAUNCHER.env);
}
