import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { UsageError, type Verb, type VerbIo } from '../verb.ts';

const FLAGS = { help: { type: 'boolean', short: 'h' } } as const;

/** `nanny agents deny`. */
export const denyAgent: Verb = {
  help: `Usage: nanny agents deny CODE

Refuses the host or command line that shows the code, for good.
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { positionals } = readFlags(args, FLAGS, 1);
  const [userCode] = positionals;
  if (!userCode) throw new UsageError('give the code');
  return withConnection(io, async (connection) => {
    await connection.call('/api/v1/device-codes/deny', { method: 'POST', body: { userCode }, signal: io.signal });
    io.stdout.write('Refused.\n');
    return 0;
  });
}
