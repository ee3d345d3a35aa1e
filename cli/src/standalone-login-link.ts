import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FacadeConnection } from './facade/facade-connection.ts';
import { facadeError } from './facade/facade-error.ts';
import { readFlags } from './flags.ts';
import { UsageError, type Verb, type VerbIo } from './verb.ts';

const FLAGS = { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** `nanny standalone login-link`: another way in for the admin of this machine. */
export const standaloneLoginLink: Verb = {
  help: `Usage: nanny standalone login-link --data DIR

Prints a link with which the admin logs in at the portal of a running control plane: once, within ten minutes.

  --data DIR           Data folder of the control plane
`,
  run,
};

async function run(args: readonly string[], io: VerbIo): Promise<number> {
  const { values } = readFlags(args, FLAGS);
  if (!values.data) throw new UsageError('--data must name the data folder of a control plane');
  const connection = new FacadeConnection(await accessOf(resolve(values.data)));
  try {
    const { url } = await connection.json<{ url: string }>('/api/v1/login-links', {
      method: 'POST',
      signal: io.signal,
    });
    io.stdout.write(`${url}\n`);
    return 0;
  } finally {
    await connection.close();
  }
}

/** Who may read the data folder is the admin. */
async function accessOf(dataDir: string): Promise<{ url: string; caPem: string; token: string }> {
  const read = (path: string) => readFile(join(dataDir, path), 'utf8');
  try {
    const [url, caPem, token] = await Promise.all([
      read('facade/url'),
      read('api-server/ca.crt'),
      read('api-server/admin.token'),
    ]);
    return { url: url.trim(), caPem, token: token.trim() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    const message = `${dataDir} holds no control plane that was ever started: nanny standalone --data ${dataDir}`;
    throw facadeError('NoControlPlane', message, cause);
  }
}
