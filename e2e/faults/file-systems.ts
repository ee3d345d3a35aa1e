import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import type { UndoStack } from './fault.ts';
import { buildFault } from './fault.ts';
import type { InjectedFault } from './fault.ts';
import { run } from './shell.ts';

/** Fills a small ext4 file system on a loop device to the last byte. */
export async function injectFileSystemFull(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await mountLoop(undo, folder, []);
    await fill(mount);
    return { mechanism: 'FilesystemFull', component: mount };
  });
}

/** Fills a small tmpfs to the last byte. */
export async function injectTmpfsFull(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await makeMountPoint(undo, folder);
    await run('mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mount);
    undo.push(async () => unmount(mount));
    await fill(mount);
    return { mechanism: 'FilesystemFull', component: mount };
  });
}

/** Uses up the inodes of a small ext4 file system that has plenty of room. */
export async function injectInodesExhausted(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await mountLoop(undo, folder, ['-N', '64']);
    await createUntilRefused(mount);
    return { mechanism: 'InodesExhausted', component: mount };
  });
}

/** Uses up the inodes of a tmpfs that has plenty of room. */
export async function injectTmpfsInodesExhausted(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await makeMountPoint(undo, folder);
    await run('mount', '-t', 'tmpfs', '-o', 'size=32m,nr_inodes=100', 'tmpfs', mount);
    undo.push(async () => unmount(mount));
    await createUntilRefused(mount);
    return { mechanism: 'InodesExhausted', component: mount };
  });
}

/** Makes a mounted file system read-only. */
export async function injectReadOnlyFileSystem(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await mountLoop(undo, folder, []);
    await run('mount', '-o', 'remount,ro', mount);
    return { mechanism: 'FilesystemReadOnly', component: mount };
  });
}

/** Fills a file system to nine tenths: high, and not a fault. */
export async function controlDiskAtNinetyPercent(folder = '/var/tmp'): Promise<InjectedFault> {
  return buildFault(async (undo) => {
    const mount = await mountLoop(undo, folder, ['-m', '0']);
    await run('dd', 'if=/dev/zero', `of=${mount}/data`, 'bs=1M', 'count=49', 'status=none');
    return { mechanism: 'None', component: '^$' };
  });
}

async function makeMountPoint(undo: UndoStack, folder: string): Promise<string> {
  const mount = await mkdtemp(`${folder}/data-`);
  undo.push(async () => removeFolder(mount));
  return mount;
}

async function mountLoop(undo: UndoStack, folder: string, options: readonly string[]): Promise<string> {
  const mount = await makeMountPoint(undo, folder);
  const image = `${mount}.img`;
  undo.push(async () => rm(image, { force: true }));
  await run('truncate', '-s', '64M', image);
  await run('mkfs.ext4', '-q', '-F', ...options, image);
  await run('mount', '-o', 'loop', image, mount);
  undo.push(async () => unmount(mount));
  return mount;
}

async function unmount(mount: string): Promise<void> {
  if (await isMounted(mount)) await run('umount', mount);
  if (await isMounted(mount)) throw new Error(`${mount} is still mounted`);
}

async function isMounted(mount: string): Promise<boolean> {
  return (await readFile('/proc/self/mounts', 'utf8')).split('\n').some((line) => line.split(' ')[1] === mount);
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function fill(mount: string): Promise<void> {
  try {
    await run('dd', 'if=/dev/zero', `of=${mount}/data`, 'bs=64K', 'status=none');
  } catch (error) {
    if (!String(error).includes('No space left')) throw error;
    return;
  }
  throw new Error(`${mount} did not fill up`);
}

async function createUntilRefused(mount: string): Promise<void> {
  for (let index = 0; index < 10_000; index += 1) {
    try {
      await writeFile(`${mount}/f${index}`, '');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
  throw new Error(`${mount} did not run out of inodes`);
}
