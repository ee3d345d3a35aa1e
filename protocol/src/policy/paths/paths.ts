import { matchesAny } from '../patterns.ts';
import type { PathAccess, PlainVerdict, Refusal } from '../verdict.ts';
import { refuse, shown } from '../verdict.ts';
import { CLOSED_SYS, KNOWN_SYS, LISTABLE_PROC, OPEN_SYS, READABLE_PROC, SECRET_SYSCTLS } from './proc.ts';
import { READABLE_FILES, RECURSIVE_ROOTS } from './roots.ts';
import { SECRET_FILE_NAMES, SECRET_FOLDERS } from './secrets.ts';

const MAX_PATH_CHARACTERS = 512;
// The tilde is plain only where the kubelet writes it, in the names of its own folders of volumes.
const PLAIN_PATH = /^\/(?:[A-Za-z0-9 _.,:@+=/-]|(?<=\/kubernetes\.io)~)*$/;
const HOW_TO_LOOK = 'stat or namei shows owner and mode without the contents';

/** A path brought to one spelling, or why it has none. */
export type NormalPath = { readonly verdict: 'accept'; readonly path: string } | Refusal;

/**
 * Brings a path that a command names to one spelling: single slashes, no `.`, no slash at the end,
 * `/var/run` as `/run`. A path with `..` is refused, for with symbolic links its text does not say
 * where it leads.
 */
export function normalisePath(path: string): NormalPath {
  if (!path.startsWith('/')) return refuse('path-form', `${shown(path)} is not absolute`, 'an absolute path');
  if (path.length > MAX_PATH_CHARACTERS) return refuse('path-form', 'the path is too long', 'at most 512 characters');
  if (!PLAIN_PATH.test(path)) {
    return refuse('path-form', `${shown(path)} holds a glob, escape or shell character`, 'one plain path');
  }
  return collapse(path);
}

function collapse(path: string): NormalPath {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return refuse('path-form', `${shown(path)} climbs with ".."`, 'the path it leads to');
  const plain = `/${parts.join('/')}`;
  return { verdict: 'accept', path: plain === '/var/run' || plain.startsWith('/var/run/') ? plain.slice(4) : plain };
}

/** Judges a path as a command names it; on acceptance hands back its one spelling. */
export function checkPath(path: string, access: PathAccess): NormalPath {
  const normal = normalisePath(path);
  if (normal.verdict === 'refuse') return normal;
  return judge(normal.path, access) ?? normal;
}

/**
 * Judges a path again after the host resolved it, symbolic links and all.
 *
 * The resolved text may hold any character, since no shell and no second reader sees it; it must
 * be absolute and without `..`. Paths with access `stat` need no second look: only their metadata shows.
 */
export function checkResolvedPath(path: string, access: PathAccess): PlainVerdict {
  if (!path.startsWith('/') || path.includes('\0')) return refuse('path-form', `${shown(path)} is not resolved`);
  const normal = collapse(path);
  if (normal.verdict === 'refuse') return normal;
  return judge(normal.path, access) ?? { verdict: 'accept' };
}

/** Judges a folder that is to be searched recursively. */
export function checkRecursion(path: string): NormalPath {
  const normal = normalisePath(path);
  if (normal.verdict === 'refuse') return normal;
  if (matchesAny(RECURSIVE_ROOTS, normal.path)) return judge(normal.path, 'list') ?? normal;
  const nearest = 'grep on a named file, or grep -r below /var/log';
  return (
    judge(normal.path, 'list') ?? refuse('command-unbounded', `${shown(path)} is not searched recursively`, nearest)
  );
}

/** Whether the path lies in a folder of secrets, or is a file of secrets by its name. */
export function isSecretPath(path: string): boolean {
  const lower = path.toLowerCase();
  if (isInSecretFolder(lower)) return true;
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  return lower !== '/etc/passwd' && matchesAny(SECRET_FILE_NAMES, name);
}

function isInSecretFolder(lowerPath: string): boolean {
  if (/^\/(?:proc|sys)(?:\/|$)/.test(lowerPath)) return false;
  // Logs of programs may lie in a folder named private (systemd's DynamicUser); they are logs still.
  if (lowerPath === '/var/log/private' || lowerPath.startsWith('/var/log/private/')) return false;
  return SECRET_FOLDERS.some((folder) => matchesAny([`(?:${folder})(?:/.*)?`], lowerPath));
}

function judge(path: string, access: PathAccess): Refusal | undefined {
  const lower = path.toLowerCase();
  // Spelled in another case it is no path of the kernel, and none that any reader should guess at.
  if (lower === '/proc' || lower.startsWith('/proc/')) return judgeProc(path, access);
  if (access === 'stat') return undefined;
  if (access === 'list') {
    return isInSecretFolder(lower) ? refuse('path-secret', `${shown(path)} holds secrets`, HOW_TO_LOOK) : undefined;
  }
  if (path === '/dev' || path.startsWith('/dev/')) {
    return refuse('path-device', `${shown(path)} is a device`, 'lsblk, or ls -l on it');
  }
  if (lower === '/sys' || lower.startsWith('/sys/')) return judgeSys(path);
  if (isSecretPath(path)) return refuse('path-secret', `${shown(path)} may hold secrets`, HOW_TO_LOOK);
  if (matchesAny(READABLE_FILES, path)) return undefined;
  return refuse(
    'path-root',
    `${shown(path)} is not below a readable root`,
    'files such as /var/log/syslog, /etc/fstab or /proc/meminfo',
  );
}

function judgeProc(path: string, access: PathAccess): Refusal | undefined {
  const lower = path.toLowerCase();
  if (lower.startsWith('/proc/sys/') && matchesAny(SECRET_SYSCTLS, lower.slice('/proc/sys/'.length))) {
    return refuse('path-secret', `${shown(path)} is key material`, 'other files below /proc/sys');
  }
  const readable = matchesAny(READABLE_PROC, path);
  if (access === 'read') {
    return readable
      ? undefined
      : refuse(
          'path-proc',
          `${shown(path)} is not an open file of /proc`,
          '/proc/<pid>/{status,limits,io,wchan,maps,cgroup} or /proc/meminfo',
        );
  }
  if (readable || matchesAny(LISTABLE_PROC, path)) return undefined;
  const isLink = access === 'stat' && /^\/proc\/(?:self|\d+)\/(?:root|exe|cwd)$/.test(path);
  return isLink ? undefined : refuse('path-proc', `${shown(path)} leads out of /proc`, 'ls -l /proc/<pid>/fd');
}

function judgeSys(path: string): Refusal | undefined {
  const isKnown = matchesAny([KNOWN_SYS], path);
  if (matchesAny(OPEN_SYS, path) || (isKnown && !matchesAny(CLOSED_SYS, path.toLowerCase()))) return undefined;
  return refuse('path-proc', `${shown(path)} is not an open file of /sys`, 'counters such as /sys/fs/cgroup/cpu.stat');
}
