import { systemClock, errorCode } from '@nannyapi/process';
import { OAUTH_CLIENTS, OAUTH_PATHS } from '@nannyapi/protocol';
import { credentialsPath, readLogin, removeLogin } from './facade/credentials-file.ts';
import { FacadeConnection } from './facade/facade-connection.ts';
import { readFlags } from './flags.ts';
import type { Verb, VerbIo } from './verb.ts';

const FLAGS = { help: { type: 'boolean', short: 'h' } } as const;

/** `nanny logout`: ends the login of this command line, here and at the control plane. */
export const logout: Verb = {
  help: `Usage: nanny logout

Ends the login of this command line at the control plane, and forgets it here.
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  readFlags(args, FLAGS);
  const path = credentialsPath(io.env);
  const login = await readLogin(path, systemClock.now()).catch((error: unknown) => {
    if (errorCode(error) === 'NotLoggedIn') return undefined;
    throw error;
  });
  if (!login) {
    await removeLogin(path);
    io.stdout.write('There is no login.\n');
    return 0;
  }
  // Not with the token as a credential: to revoke it, its holder need not be let in any more (RFC 7009 §2.1).
  const connection = new FacadeConnection({ url: login.url, caPem: login.caPem });
  try {
    const body = new URLSearchParams({ token: login.token, client_id: OAUTH_CLIENTS.commandLine });
    await connection.call(OAUTH_PATHS.revocation, { method: 'POST', body, signal: io.signal });
  } finally {
    await connection.close();
  }
  // Last: while the control plane cannot be reached the token is good, and a later logout can still end it.
  await removeLogin(path);
  io.stdout.write(`Logged out at ${new URL(login.url).origin}.\n`);
  return 0;
}
