import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { loadAll } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportItem } from './collect-export.ts';
import { folderWriter, streamWriter } from './export-writer.ts';
import { MOVED_KINDS } from './moved-kinds.ts';

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-export-'));
  target = join(folder, 'out');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function item(name: string): ExportItem {
  const metadata = { name, namespace: 'default' };
  const [{ resource }] = MOVED_KINDS as [(typeof MOVED_KINDS)[0]];
  return { resource, object: { apiVersion: 'nannyai.dev/v1alpha1', kind: 'Agent', metadata, spec: {} } };
}

describe('folderWriter', () => {
  it('makes the target appear whole, readable by its owner alone', async () => {
    const writer = await folderWriter(target);
    for (let count = 0; count < 70; count += 1) await writer.write(item(`web-${count}`));
    expect(await readdir(folder)).not.toContain('out');
    await writer.finish();
    expect(await readdir(folder)).toEqual(['out']);
    const files = await readdir(join(target, 'agents/default'));
    expect(files).toHaveLength(70);
    expect(await readFile(join(target, 'agents/default/web-7.yaml'), 'utf8')).toContain('name: web-7');
    expect((await stat(target)).mode & 0o777).toBe(0o700);
    expect((await stat(join(target, 'agents/default/web-7.yaml'))).mode & 0o777).toBe(0o600);
  });

  it('takes an empty folder and the folders above that are missing', async () => {
    await mkdir(target);
    await (await folderWriter(target)).finish();
    await (await folderWriter(join(folder, 'a/b/c'))).finish();
    expect(await readdir(join(folder, 'a/b'))).toEqual(['c']);
  });

  it('refuses a target that holds something, before and after the work', async () => {
    await writeFile(target, 'mine');
    await expect(folderWriter(target)).rejects.toMatchObject({ code: 'TargetNotEmpty' });
    await rm(target);
    const writer = await folderWriter(target);
    await mkdir(target);
    await writeFile(join(target, 'mine'), '');
    await expect(writer.finish()).rejects.toMatchObject({ code: 'TargetNotEmpty' });
    await writer.discard();
    expect(await readdir(folder)).toEqual(['out']);
    expect(await readdir(target)).toEqual(['mine']);
  });

  it('loses no failure of a file, and leaves nothing behind', async () => {
    const writer = await folderWriter(target);
    await writer.write(item('twice'));
    const second = writer.write(item('twice')).then(() => writer.finish());
    await expect(second).rejects.toMatchObject({ code: 'EEXIST' });
    await writer.discard();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('streamWriter', () => {
  it('writes a document an object, at the pace of the reader', async () => {
    const output = new PassThrough({ highWaterMark: 16 });
    const read = text(output);
    const writer = streamWriter(output);
    for (const name of ['a', 'b']) await writer.write(item(name));
    await writer.finish();
    output.end();
    expect(loadAll(await read)).toEqual([item('a').object, item('b').object]);
  });
});
