import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { UsageError, type Verb, type VerbIo } from '../verb.ts';

const FLAGS = { help: { type: 'boolean', short: 'h' } } as const;

/** `nanny enrollment-token revoke`. */
export const revokeEnrollmentToken: Verb = {
  help: `Usage: nanny enrollment-token revoke NAME

Lets no further host in by an install token. Hosts that it let in stay: see nanny agents revoke.
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { positionals } = readFlags(args, FLAGS, 1);
  const [name] = positionals;
  if (!name) throw new UsageError('name the install token, as nanny enrollment-token list shows it');
  return withConnection(io, async (connection) => {
    const path = `/api/v1/enrollment-tokens/${encodeURIComponent(name)}/revoke`;
    await connection.call(path, { method: 'POST', signal: io.signal });
    io.stdout.write(`${name} is revoked.\n`);
    return 0;
  });
}
