import { readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@nannyapi/process';
import type { FacadeAccess } from './facade-connection.ts';
import { facadeError } from './facade-error.ts';

/** A login of a person, as it is kept on disk. */
export interface StoredLogin extends FacadeAccess {
  token: string;
  /** When the token ends. */
  expirationTime: string;
}

/** Where logins are kept: one at a time, mode 0600. */
export function credentialsPath(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(home, 'nannyapi', 'credentials.json');
}

/** Keeps a login; the one before is forgotten. */
export async function writeLogin(path: string, login: StoredLogin): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomic(path, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
}

/** @throws CodedError `NotLoggedIn` when there is none or it has ended, `CredentialsUnreadable`. */
export async function readLogin(path: string, now: Date): Promise<StoredLogin> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw notLoggedIn('There is no login');
    throw error;
  });
  const login = parseLogin(text, path);
  if (new Date(login.expirationTime) <= now) throw notLoggedIn(`The login at ${login.url} has ended`);
  return login;
}

/** Forgets the login, if there is one. */
export async function removeLogin(path: string): Promise<void> {
  await rm(path, { force: true });
}

function parseLogin(text: string, path: string): StoredLogin {
  try {
    const login = JSON.parse(text) as Partial<StoredLogin>;
    const { url, token, expirationTime } = login;
    if (url === undefined || token === undefined || expirationTime === undefined) throw new Error('a field is missing');
    return { ...login, url, token, expirationTime };
  } catch (cause) {
    const message = `${path} holds no login. Remove it, and log in again`;
    throw facadeError('CredentialsUnreadable', message, cause);
  }
}

function notLoggedIn(why: string): Error {
  return facadeError('NotLoggedIn', `${why}: nanny login --url URL`);
}
