import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { plain } from '../text-table.ts';
import { UsageError, type Verb, type VerbIo } from '../verb.ts';

const FLAGS = {
  name: { type: 'string' },
  namespace: { type: 'string', short: 'n', default: 'default' },
  'replace-key': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Pending {
  client: 'Agent' | 'CommandLine';
  hostname?: string;
  requestedName?: string;
  address: string;
  osName?: string;
}

/** `nanny agents approve`. */
export const approveAgent: Verb = {
  help: `Usage: nanny agents approve CODE [options]

Lets the host in that shows the code, e.g. WDJB-MJHT. Read the code off that host: who sent it to you may have another
host in mind.

  --name NAME            Name of its Agent (default: the name that it asks for)
  -n, --namespace NS     Namespace of its Agent (default: default)
  --replace-key          The Agent exists, and this host takes its place: its old key and tokens end
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values, positionals } = readFlags(args, FLAGS, 1);
  const [userCode] = positionals;
  if (!userCode) throw new UsageError('give the code that the host shows');
  return withConnection(io, async (connection) => {
    const post = { method: 'POST', signal: io.signal };
    const pending = await connection.json<Pending>('/api/v1/device-codes/find', { ...post, body: { userCode } });
    if (pending.client !== 'Agent')
      throw new UsageError('this code is of a command line that wants to act for you: approve it in a browser');
    const name = values.name ?? pending.requestedName;
    if (!name) throw new UsageError('the host asks for no name: give --name');
    const decision = { userCode, namespace: values.namespace, name, replacesKey: values['replace-key'] };
    await connection.call('/api/v1/device-codes/approve', { ...post, body: decision });
    io.stdout.write(`${values.namespace}/${name} is ${describe(pending)}.\n`);
    return 0;
  });
}

function describe({ hostname = 'a host', address, osName }: Pending): string {
  return plain(`${hostname} at ${address}${osName === undefined ? '' : `, ${osName}`}`);
}
