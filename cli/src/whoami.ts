import { withConnection } from './facade/open-connection.ts';
import { readFlags } from './flags.ts';
import type { Verb, VerbIo } from './verb.ts';

const FLAGS = { help: { type: 'boolean', short: 'h' } } as const;

interface Me {
  name: string;
  groups: string[];
  provider?: string;
}

/** `nanny whoami`: as whom this command line acts, and where. */
export const whoami: Verb = {
  help: `Usage: nanny whoami

Tells at which control plane this command line is logged in, as which Kubernetes user, and in which groups.
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  readFlags(args, FLAGS);
  return withConnection(io, async (connection, { url }) => {
    const { name, groups, provider } = await connection.json<Me>('/api/v1/me', { signal: io.signal });
    const lines = [`Control plane   ${new URL(url).origin}`, `User            ${name}`];
    lines.push(`Groups          ${groups.length === 0 ? 'none' : groups.join(', ')}`);
    if (provider !== undefined) lines.push(`Provider        ${provider}`);
    io.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  });
}
