import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startTestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standaloneBackup } from './standalone-backup.ts';
import { standaloneRestore } from './standalone-restore.ts';
import { UsageError, type Verb } from './verb.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-backup-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function run(verb: Verb, ...args: string[]): Promise<string> {
  const stdout = new PassThrough();
  const { signal } = new AbortController();
  const io = { stdin: Readable.from([]), stdout, stderr: new PassThrough(), env: {}, isRoot: false, signal };
  try {
    expect(await verb.run(args, io)).toBe(0);
  } finally {
    stdout.end();
  }
  return await text(stdout);
}

describe('nanny standalone backup and restore', () => {
  it('write a running control plane to a file, and make one of it elsewhere, saying what next', async () => {
    const data = join(folder, 'data');
    const server = await startTestApiServer({ dataDir: join(data, 'api-server'), crds: [] });
    const file = join(folder, 'monday.backup');
    try {
      expect(await run(standaloneBackup, '--data', data, file)).toMatch(
        /^Backed up \d+ objects at revision \d+ to .*monday/,
      );
    } finally {
      await server.close();
    }
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const said = await run(standaloneRestore, '--data', join(folder, 'new'), file);
    expect(said).toMatch(/^Restored \d+ objects of 2\d{3}-.*\n {2}Start it {5}nanny standalone --data .*\/new\n$/);
    await expect(run(standaloneRestore, '--data', join(folder, 'new'), file)).rejects.toMatchObject({
      code: 'DataFolderNotEmpty',
    });
    expect(await run(standaloneRestore, '--data', join(folder, 'new'), '--replace', file)).toContain('moved to');
  });

  it.each([
    [standaloneBackup, ['file']],
    [standaloneBackup, ['--data', 'x']],
    [standaloneRestore, ['file']],
    [standaloneRestore, ['--data', 'x']],
    [standaloneRestore, ['--data', 'x', 'file', 'more']],
  ])('ask for what is missing', async (verb, args) => {
    await expect(run(verb, ...args)).rejects.toBeInstanceOf(UsageError);
  });
});
