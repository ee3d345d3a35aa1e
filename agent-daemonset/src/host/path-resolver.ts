import { lstat, readlink, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '@nannyapi/process';

/** f_type of procfs, from linux/magic.h. */
const PROC_SUPER_MAGIC = 0x9fa0;
/** As many symbolic links as the kernel follows (MAXSYMLINKS). */
const MAX_LINKS = 40;

/**
 * Follows the symbolic links of a path as openat2(2) with RESOLVE_NO_MAGICLINKS would: the links of /proc that jump
 * to another process's files are an error, whatever their text says.
 *
 * What does not exist resolves to itself, so that the command can say so in its own words.
 *
 * @param path absolute, without `..`.
 * @throws CodedError `MagicLink` or `TooManyLinks`.
 */
export async function resolvePath(path: string): Promise<string> {
  let resolved = '/';
  let links = 0;
  const rest = path.split('/').filter((part) => part !== '');
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '.') continue;
    if (part === '..') {
      resolved = dirname(resolved);
      continue;
    }
    const next = join(resolved, part);
    const target = await linkTarget(next);
    if (target === undefined) {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS)
      throw new CodedError({ code: 'TooManyLinks', message: `${path} goes through too many links` });
    if (target.startsWith('/')) resolved = '/';
    rest.unshift(...target.split('/').filter((piece) => piece !== ''));
  }
  return resolved;
}

/** Folders in which no program keeps hard links: one there may be a second name of a file that is closed. */
const WITHOUT_HARD_LINKS = /^\/(?:etc|opt|run|srv|var\/log)\//;

/**
 * Checks that reading a resolved path ends and shows what its name says.
 *
 * @throws CodedError `NotPlain` for pipes and sockets, which block, for devices, and for a file with a second name
 *   where none belongs.
 */
export async function assertPlain(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => undefined);
  // What is absent, and a folder, the command tells in its own words.
  if (!entry || entry.isDirectory()) return;
  if (!entry.isFile()) throw new CodedError({ code: 'NotPlain', message: `path-device: ${path} is no plain file` });
  if (entry.nlink > 1 && WITHOUT_HARD_LINKS.test(path)) {
    throw new CodedError({ code: 'NotPlain', message: `path-secret: ${path} has a second name, which may be closed` });
  }
}

/** Text of a symbolic link, or `undefined` for what is none or is absent. */
async function linkTarget(path: string): Promise<string | undefined> {
  const entry = await lstat(path).catch(() => undefined);
  if (!entry?.isSymbolicLink()) return undefined;
  if (await isMagic(path)) throw new CodedError({ code: 'MagicLink', message: `${path} leads into another process` });
  return readlink(path);
}

/** /proc/self, /proc/thread-self, /proc/mounts and /proc/net are plain text; every deeper link of procfs is magic. */
async function isMagic(path: string): Promise<boolean> {
  const parent = dirname(path);
  const { type } = await statfs(parent);
  return type === PROC_SUPER_MAGIC && parent !== '/proc';
}
