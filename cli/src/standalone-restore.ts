import { resolve } from 'node:path';
import { pid } from 'node:process';
import { systemClock } from '@nannyapi/process';
import { restoreBackup } from '@nannyapi/standalone';
import { readFlags } from './flags.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = {
  data: { type: 'string' },
  replace: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny standalone restore`: a control plane as it was when a backup was made. */
export const standaloneRestore: Verb = {
  help: `Usage: nanny standalone restore --data DIR [--replace] FILE

Makes the control plane of a backup out of FILE. It is checked before anything is touched; the control plane in DIR,
if there is one, must not run.

  --data DIR           Data folder; made if missing, mode 0700
  --replace            Move the control plane that is in DIR aside, to DIR/api-server.before-restore-TIME

Credentials and kubeconfigs of the time of the backup are good again. Clients list anew. Tasks that were open end as
Unknown and are not started again, since they may have run after the backup was made.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [file] = positionals;
  if (!values.data) throw new UsageError('--data must name a folder');
  if (!file) throw new UsageError('FILE is missing: which backup to restore');
  const dataDir = resolve(values.data);
  const { facts, movedTo, openTasks } = await restoreBackup({
    dataDir,
    path: resolve(file),
    isReplacing: values.replace,
    pid,
    now: systemClock.now(),
  });
  const lines = [`Restored ${facts.objects} objects of ${facts.createdTime} (release ${facts.productVersion}).`];
  if (movedTo !== undefined) lines.push(`  Before it    moved to ${movedTo}`);
  if (openTasks > 0) lines.push(`  Open tasks   ${openTasks}, each ends as Unknown and is not started again`);
  lines.push(`  Start it     nanny standalone --data ${dataDir}`);
  io.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
