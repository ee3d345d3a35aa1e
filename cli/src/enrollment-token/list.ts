import type { EnrollmentToken } from '@nannyapi/crds';
import { listAll } from '../facade/list-all.ts';
import { withConnection } from '../facade/open-connection.ts';
import { readFlags } from '../flags.ts';
import { textTable } from '../text-table.ts';
import type { Verb, VerbIo } from '../verb.ts';

const FLAGS = { help: { type: 'boolean', short: 'h' } } as const;

/** `nanny enrollment-token list`. */
export const listEnrollmentTokens: Verb = {
  help: `Usage: nanny enrollment-token list

Lists install tokens: how often they were used, until when they are good and what for. The tokens themselves are kept
nowhere.
`,
  run,
};

function run(args: readonly string[], io: VerbIo): Promise<number> {
  readFlags(args, FLAGS);
  return withConnection(io, async (connection) => {
    const tokens = await Array.fromAsync(listAll<EnrollmentToken>(connection, '/api/v1/enrollment-tokens', io.signal));
    io.stdout.write(textTable(['NAME', 'USES', 'STATE', 'EXPIRES', 'NAMESPACE', 'DESCRIPTION'], tokens.map(rowOf)));
    return 0;
  });
}

function rowOf({ metadata, spec, status }: EnrollmentToken): string[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const state = spec.access === 'Revoked' ? 'Revoked' : (ready?.reason ?? 'Usable');
  const uses = `${status?.uses ?? 0}/${spec.maxUses ?? 1}`;
  return [metadata.name ?? '', uses, state, spec.expirationTime, spec.agentNamespace, spec.description ?? ''];
}
