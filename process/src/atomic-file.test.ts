import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from './atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-atomic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('replaces the content, sets the mode and leaves no temporary file', async () => {
    const path = join(folder, 'state.json');
    await writeFileAtomic(path, 'old', { mode: 0o644 });
    await writeFileAtomic(path, Buffer.from('new'));
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  it('rejects with the system error when the folder is missing', async () => {
    await expect(writeFileAtomic(join(folder, 'no', 'file'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no temporary file when the target is a folder', async () => {
    await expect(writeFileAtomic(folder, 'x')).rejects.toMatchObject({ syscall: 'rename' });
    expect(await readdir(folder)).toEqual([]);
    const siblings = await readdir(dirname(folder));
    expect(siblings.filter((name) => name.startsWith(`${basename(folder)}.`))).toEqual([]);
  });
});
