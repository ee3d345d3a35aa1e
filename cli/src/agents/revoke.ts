import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { UsageError, type Verb, type VerbIo } from '../verb.ts';

const FLAGS = {
  namespace: { type: 'string', short: 'n', default: 'default' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny agents revoke`. */
export const revokeAgent: Verb = {
  help: `Usage: nanny agents revoke NAME [options]

Takes the key and the tokens of a host away, for good: it is out within seconds, and comes back only when a person
enrols it anew.

  -n, --namespace NS     Namespace of the Agent (default: default)
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [name] = positionals;
  if (!name) throw new UsageError('name the Agent, as nanny agents list shows it');
  return withConnection(io, async (connection) => {
    const [namespace, agent] = [values.namespace, name].map(encodeURIComponent);
    const path = `/api/v1/namespaces/${namespace}/agents/${agent}/revoke-credential`;
    const { revoked } = await connection.json<{ revoked: number }>(path, { method: 'POST', signal: io.signal });
    io.stdout.write(
      revoked === 0 ? `${name} had no credential that was good.\n` : `${name} is out, and its credential is revoked.\n`,
    );
    return 0;
  });
}
