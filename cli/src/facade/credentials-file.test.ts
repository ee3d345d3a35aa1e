import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsPath, readLogin, removeLogin, writeLogin } from './credentials-file.ts';

let home: string;
let path: string;
const NOW = new Date('2026-01-01T00:00:00Z');
const LOGIN = { url: 'https://nanny.example.com/', token: 'npt.a.b', expirationTime: '2026-01-01T12:00:00Z' };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nanny-home-'));
  path = credentialsPath({ HOME: home });
});
afterEach(async () => await rm(home, { recursive: true, force: true }));

describe('credentials', () => {
  it.each([
    [{ HOME: '/home/a' }, '/home/a/.config/nannyapi/credentials.json'],
    [{ HOME: '/home/a', XDG_CONFIG_HOME: '/etc/a' }, '/etc/a/nannyapi/credentials.json'],
    [{ HOME: '/home/a', XDG_CONFIG_HOME: '' }, '/home/a/.config/nannyapi/credentials.json'],
  ])('of %j are in %s', (env, expected) => {
    expect(credentialsPath(env)).toBe(expected);
  });

  it('are readable by their owner alone, whatever the umask is', async () => {
    await writeLogin(path, LOGIN);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await readLogin(path, NOW)).toEqual(LOGIN);
  });

  it('are none once they have ended or were removed', async () => {
    await expect(readLogin(path, NOW)).rejects.toMatchObject({ code: 'NotLoggedIn' });
    await writeLogin(path, LOGIN);
    await expect(readLogin(path, new Date(LOGIN.expirationTime))).rejects.toMatchObject({ code: 'NotLoggedIn' });
    await removeLogin(path);
    await removeLogin(path);
    await expect(readLogin(path, NOW)).rejects.toMatchObject({ code: 'NotLoggedIn' });
  });

  it('that cannot be read are told by name, without what stands in them', async () => {
    await writeLogin(path, LOGIN);
    await writeFile(path, '{"token":"npt.a.b"}');
    const failure = await readLogin(path, NOW).then(
      () => new Error('It was read'),
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'CredentialsUnreadable', message: expect.stringContaining(path) });
    expect(failure.message).not.toContain('npt');
    expect(await readFile(path, 'utf8')).toContain('npt');
  });
});
