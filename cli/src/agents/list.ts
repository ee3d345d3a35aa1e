import type { Agent } from '@nannyapi/crds';
import { listAll } from '../facade/list-all.ts';
import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { textTable } from '../text-table.ts';
import type { Verb, VerbIo } from '../verb.ts';

const FLAGS = {
  namespace: { type: 'string', short: 'n', default: 'default' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny agents list`. */
export const listAgents: Verb = {
  help: `Usage: nanny agents list [options]

Lists the hosts of a namespace.

  -n, --namespace NS     Namespace (default: default)
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  return withConnection(io, async (connection) => {
    const path = `/api/v1/namespaces/${encodeURIComponent(values.namespace)}/agents`;
    const agents = await Array.fromAsync(listAll<Agent>(connection, path, io.signal));
    io.stdout.write(textTable(['NAME', 'READY', 'REASON', 'OS', 'VERSION', 'OWNER'], agents.map(rowOf)));
    return 0;
  });
}

function rowOf({ metadata, spec, status }: Agent): string[] {
  const { status: isReady = 'Unknown', reason = '' } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
  return [metadata.name ?? '', isReady, reason, status?.facts?.osName ?? '', status?.version ?? '', spec.owner ?? ''];
}
