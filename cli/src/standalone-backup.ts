import { resolve } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { writeBackup } from '@nannyapi/standalone';
import { readFlags } from './flags.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';
import { VERSION } from './version.ts';

const FLAGS = { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** `nanny standalone backup`: everything that a control plane needs to come back, in one file. */
export const standaloneBackup: Verb = {
  help: `Usage: nanny standalone backup --data DIR FILE

Writes a backup of the control plane to FILE, mode 0600, and checks it. The control plane may run or not.
FILE appears only when it is whole; one that is there is replaced. Keep it like a key: it holds secrets.

  --data DIR           Data folder of the control plane

What is inside: every object and its watch window, the certificate authority with its key, the admin's token and
the hashes of all tokens. The journal of an agent is not: it must never go back in time.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [file] = positionals;
  if (!values.data) throw new UsageError('--data must name the data folder of a control plane');
  if (!file) throw new UsageError('FILE is missing: where to write the backup');
  const path = resolve(file);
  const now = systemClock.now();
  const facts = await writeBackup({ dataDir: resolve(values.data), path, productVersion: VERSION, now });
  io.stdout.write(`Backed up ${facts.objects} objects at revision ${facts.revision} to ${path}\n`);
  return 0;
}
