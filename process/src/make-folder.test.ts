import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

describe('makeFolder', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nannyapi-folder-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('makes parents with the mode, and leaves a folder that is there alone', async () => {
    const folder = join(root, 'a/b');
    await makeFolder(folder);
    await makeFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('refuses a file in its place', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('gives up where the kernel makes no folders', async () => {
    await expect(makeFolder('/proc/nannyapi/data')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
