import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertPlain, resolvePath } from './path-resolver.ts';

describe('a path, resolved on the host', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-paths-'));
    await mkdir(join(dir, 'logs'));
    await writeFile(join(dir, 'logs/app.log'), '');
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  it('leads where its links lead, relative and absolute, in the middle and at the end', async () => {
    await symlink('logs', join(dir, 'relative'));
    await symlink('/etc/shadow', join(dir, 'logs/innocent.log'));
    await symlink('../logs/innocent.log', join(dir, 'logs/twice.log'));
    expect(await resolvePath(join(dir, 'relative/app.log'))).toBe(join(dir, 'logs/app.log'));
    expect(await resolvePath(join(dir, 'relative/innocent.log'))).toBe('/etc/shadow');
    expect(await resolvePath(join(dir, 'relative/twice.log'))).toBe('/etc/shadow');
  });

  it('stays as it is when it does not exist', async () => {
    expect(await resolvePath('/var/log/no-such-thing/x.log')).toBe('/var/log/no-such-thing/x.log');
  });

  it('does not follow the links of /proc that jump into another process', async () => {
    for (const link of ['root', 'cwd', 'exe', 'fd/0']) {
      await expect(resolvePath(`/proc/${process.pid}/${link}`), link).rejects.toMatchObject({ code: 'MagicLink' });
    }
    await expect(resolvePath(`/proc/${process.pid}/root/etc/shadow`)).rejects.toMatchObject({ code: 'MagicLink' });
  });

  it('follows the plain links of /proc', async () => {
    expect(await resolvePath('/proc/mounts')).toBe(`/proc/${process.pid}/mounts`);
    expect(await resolvePath('/proc/self/status')).toBe(`/proc/${process.pid}/status`);
  });

  it('is read only when it is a plain file, for a pipe would block', async () => {
    execFileSync('mkfifo', [join(dir, 'logs/pipe.log')]);
    await expect(assertPlain(join(dir, 'logs/pipe.log'))).rejects.toMatchObject({ code: 'NotPlain' });
    await expect(assertPlain('/dev/zero')).rejects.toMatchObject({ code: 'NotPlain' });
    await assertPlain(join(dir, 'logs/app.log'));
    await assertPlain(join(dir, 'absent'));
    await assertPlain('/proc/self/status');
  });

  it.runIf(process.getuid?.() === 0)('is not read in a folder of logs when it has a second name', async () => {
    const logs = await mkdtemp('/var/log/nanny-test-');
    try {
      await writeFile(join(logs, 'closed'), '');
      await assertPlain(join(logs, 'closed'));
      await link(join(logs, 'closed'), join(logs, 'app.log'));
      await expect(assertPlain(join(logs, 'app.log'))).rejects.toMatchObject({ code: 'NotPlain' });
    } finally {
      await rm(logs, { recursive: true });
    }
  });

  it('gives up on a circle', async () => {
    await symlink('b', join(dir, 'a'));
    await symlink('a', join(dir, 'b'));
    await expect(resolvePath(join(dir, 'a'))).rejects.toMatchObject({ code: 'TooManyLinks' });
  });
});
