import type { EnrollmentToken } from '@nannyapi/crds';
import { withConnection } from '../facade/open-connection.ts';
import { readCount, readDurationSeconds, readFlags } from '../flags.ts';
import type { Verb, VerbIo } from '../verb.ts';

const FLAGS = {
  namespace: { type: 'string', short: 'n', default: 'default' },
  uses: { type: 'string', default: '1' },
  valid: { type: 'string', default: '1h' },
  allow: { type: 'string', multiple: true },
  description: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `nanny enrollment-token create`. */
export const createEnrollmentToken: Verb = {
  help: `Usage: nanny enrollment-token create [options]

Prints a new install token on standard output, and nothing else there. Give it to nanny-agent enroll, or to the install
script: who has it can bring a host in.

  -n, --namespace NS     Where the Agents of its hosts are made (default: default)
  --uses N               Hosts that it may bring in, 1 to 1000 (default 1)
  --valid TIME           How long it is good: 30m, 12h, 7d (default 1h; at most 90d)
  --allow CIDR           Network that its hosts may come from; may be given again (default: any)
  --description TEXT     What it is for
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  const body = {
    agentNamespace: values.namespace,
    maxUses: readCount('uses', values.uses, 1000),
    validSeconds: readDurationSeconds('valid', values.valid),
    ...(values.allow === undefined ? {} : { allowedAddresses: values.allow }),
    ...(values.description === undefined ? {} : { description: values.description }),
  };
  return withConnection(io, async (connection) => {
    const { token, object } = await connection.json<{ token: string; object: EnrollmentToken }>(
      '/api/v1/enrollment-tokens',
      { method: 'POST', body, signal: io.signal },
    );
    const { maxUses = 1, expirationTime } = object.spec;
    const hosts = maxUses === 1 ? 'one host' : `${maxUses} hosts`;
    io.stderr.write(`${object.metadata.name} is good for ${hosts} until ${expirationTime}:\n`);
    io.stdout.write(`${token}\n`);
    return 0;
  });
}
