import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImageTools } from './image-tools.ts';
import { tryTool } from './tool-run.ts';
import { Tools } from './tools.ts';

const ELF = Buffer.from('\x7fELF', 'latin1');

describe('the tools of the agent’s image', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nanny-image-'));
    await mkdir(join(root, 'usr/lib/x86_64-linux-gnu'), { recursive: true });
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await mkdir(join(root, 'etc/alternatives'), { recursive: true });
    await writeFile(join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'), ELF);
  });
  afterEach(async () => rm(root, { recursive: true, force: true }));

  const program = async (path: string, content: Buffer | string = ELF): Promise<void> => {
    await writeFile(join(root, path), content);
    await chmod(join(root, path), 0o755);
  };

  it('are started by the image’s own loader and libraries, under their own name', async () => {
    await program('usr/bin/lsof');
    const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
    expect(await (await ImageTools.open(root)).find('lsof')).toEqual({
      path: join(root, 'usr/bin/lsof'),
      words: [
        join(libraries, 'ld-linux-x86-64.so.2'),
        '--inhibit-cache',
        '--library-path',
        libraries,
        '--argv0',
        'lsof',
        join(root, 'usr/bin/lsof'),
      ],
      origin: 'Image',
    });
  });

  it('are found behind links that are absolute inside the image, and never outside of it', async () => {
    await program('usr/bin/real');
    await symlink('usr/bin', join(root, 'bin'));
    await symlink('/bin/real', join(root, 'etc/alternatives/tool'));
    await symlink('/etc/alternatives/tool', join(root, 'usr/bin/tool'));
    await symlink('../../../../../../../../bin/ls', join(root, 'usr/bin/escape'));
    await symlink('loop', join(root, 'usr/bin/loop'));
    const tools = await ImageTools.open(root);
    expect((await tools.find('tool'))?.path).toBe(join(root, 'usr/bin/real'));
    expect(await tools.find('escape')).toBeUndefined();
    expect(await tools.find('loop')).toBeUndefined();
  });

  it('are programs only: a script would look for its interpreter on the host', async () => {
    await program('usr/bin/script', '#!/bin/sh\n');
    await writeFile(join(root, 'usr/bin/data'), ELF, { mode: 0o644 });
    const tools = await ImageTools.open(root);
    expect(await tools.find('script')).toBeUndefined();
    expect(await tools.find('data')).toBeUndefined();
  });

  it('leave package managers to the host: the image’s own would say that nothing is installed', async () => {
    await program('usr/bin/dpkg-query');
    expect(await (await ImageTools.open(root)).find('dpkg-query')).toBeUndefined();
  });

  it('come after the host’s own', async () => {
    await mkdir(join(root, 'host'));
    for (const name of ['host/df', 'usr/bin/df', 'usr/bin/lsof']) await program(name);
    const tools = new Tools([join(root, 'host')], await ImageTools.open(root));
    const { df, lsof } = await tools.findAll(['df', 'lsof', 'nothing']);
    expect(df).toEqual({ path: join(root, 'host/df'), words: [join(root, 'host/df')], origin: 'Host' });
    expect(lsof?.origin).toBe('Image');
    expect((await tools.ofImage()?.find('df'))?.origin).toBe('Image');
    await rm(join(root, 'host/df'));
    expect((await tools.find('df'))?.origin).toBe('Image');
  });

  it('must be there when the setting says so', async () => {
    await expect(ImageTools.open(join(root, 'etc'))).rejects.toMatchObject({ code: 'InvalidConfig' });
  });

  it.runIf(existsSync('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'))(
    'really run (needs Debian on x86-64, taken for the image)',
    async () => {
      const df = await (await ImageTools.open('/')).find('df');
      const { exitCode, stdout } = await tryTool(df?.words ?? [], ['--version']);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^df \(GNU coreutils\)/) });
    },
  );
});
