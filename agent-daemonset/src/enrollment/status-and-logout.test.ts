import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeControlPlane } from '../../testing/fake-control-plane.ts';
import { AgentKey } from '../identity/agent-key.ts';
import { IdentityFile } from '../identity/identity-file.ts';
import type { Identity } from '../identity/identity.ts';
import { logout } from './logout.ts';
import { describeStatus, exitCodeOf, readStatus, type AgentStatus } from './status.ts';

const signal = new AbortController().signal;

describe('status and logout of a host', () => {
  let fake: FakeControlPlane;
  let stateDir: string;
  let file: IdentityFile;
  let identity: Identity;
  beforeEach(async () => {
    fake = await FakeControlPlane.start();
    stateDir = await mkdtemp(join(tmpdir(), 'nanny-status-'));
    file = new IdentityFile(stateDir);
    const key = AgentKey.generate();
    const tokens = { access_token: 'nat.c.x', refresh_token: 'nrt.c.x' };
    fake.oauth.credential = { thumbprint: key.thumbprint, tokens };
    identity = {
      version: 1,
      url: `${fake.url}/`,
      caPem: fake.caPem,
      privateKey: key.toPem(),
      agent: { namespace: 'default', name: 'web-1' },
      tokens: { accessToken: 'nat.c.x', refreshToken: 'nrt.c.x' },
      enrolledTime: '2026-01-01T00:00:00Z',
      renewedTime: '2026-01-02T00:00:00Z',
    };
    await file.write(identity);
  });
  afterEach(async () => {
    await fake.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  const config = () => ({ stateDir, url: undefined, caFile: undefined, tlsServerName: undefined, proxy: undefined });
  const status = async (): Promise<AgentStatus> => readStatus({ config: config(), clock: systemClock, signal });
  const leave = async (isForced = false): Promise<string> => {
    let printed = '';
    const print = (words: string): void => void (printed += words);
    await logout({ config: { ...config(), isForced }, clock: systemClock, signal, print });
    return printed;
  };

  it('says who, where, by which key and how the tokens are, and no secret', async () => {
    const found = await status();
    expect(found).toMatchObject({ isEnrolled: true, agent: 'default/web-1', isReachable: true, url: `${fake.url}/` });
    expect(found.keyThumbprint).toBe(fake.oauth.credential?.thumbprint);
    expect(exitCodeOf(found)).toBe(0);
    const words = describeStatus(found) + JSON.stringify(found);
    expect(words).toContain('renewed 2026-01-02T00:00:00Z');
    expect(words).not.toMatch(/nat\.|nrt\.|PRIVATE/);
  });

  it('changes nothing, here or there', async () => {
    const before = await stat(file.path);
    await status();
    expect((await stat(file.path)).mtimeMs).toBe(before.mtimeMs);
    expect(fake.oauth.requests).toEqual([]);
    expect(await readdir(stateDir)).toEqual(['identity.json']);
  });

  it('tells by its exit code what is wrong', async () => {
    await file.write({ ...identity, refusal: { code: 'invalid_grant', message: 'It was revoked', time: 'then' } });
    expect(exitCodeOf(await status())).toBe(5);
    expect(describeStatus(await status())).toMatch(/refused since then\n\s+It was revoked/);
    await file.write(identity);
    await fake.stop();
    expect(exitCodeOf(await status())).toBe(4);
    expect(describeStatus(await status())).toContain('ECONNREFUSED');
    await file.remove();
    expect(exitCodeOf(await status())).toBe(3);
    await writeFile(file.path, '{"version":1}');
    await expect(status()).rejects.toMatchObject({ code: 'InvalidIdentity' });
  });

  it('revokes at the server, then removes key and tokens, and says so', async () => {
    expect(await leave()).toContain('logged out');
    expect(fake.oauth.credential).toBeUndefined();
    expect(await readdir(stateDir)).toEqual([]);
    expect(await leave()).toContain('was not enrolled');
    expect(fake.oauth.complaints).toEqual([]);
  });

  it('removes nothing while the server has not heard of it, unless it is forced to', async () => {
    await fake.stop();
    await expect(leave()).rejects.toMatchObject({ code: 'NotRevoked', message: expect.stringContaining('--force') });
    expect(await file.read()).toEqual(identity);
    expect(await leave(true)).toContain('may still be good there');
    expect(await readdir(stateDir)).toEqual([]);
  });
});
