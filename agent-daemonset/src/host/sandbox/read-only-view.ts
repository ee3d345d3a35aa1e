import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import { runTool } from '../tool-run.ts';
import type { HiddenPaths } from './hidden-paths.ts';
import { openMountNamespace, type MountNamespace } from './mount-namespace.ts';
import { hostShowsTraceEvents, TRACEFS_MOUNT, type TraceViewTools } from './trace-view.ts';

/** Device nodes that every program may expect; bound into an otherwise empty /dev. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];

/** One line of proc_pid_mountinfo(5); the point keeps its octal escapes, which fstab(5) shares. */
export interface MountLine {
  point: string;
  options: readonly string[];
  /** Type of the file system. */
  type: string;
}

/** Takes mountinfo apart, in the order in which mounts were made. */
export function parseMounts(mountinfo: string): MountLine[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , , , point, options] = before.split(' ');
    const [type = ''] = after.split(' ');
    return point === undefined || options === undefined ? [] : [{ point, options: options.split(','), type }];
  });
}

/** A mount point as a path: blanks, tabs, line ends and backslashes stand in octal there. */
export function unescapeMountPoint(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}

/** Mounts that a path still leads to: a later mount at the same place or above covers an earlier one. */
export function reachableMounts(mounts: readonly MountLine[]): MountLine[] {
  return mounts.filter(
    (mount, index) => !mounts.slice(index + 1).some((later) => isAtOrAbove(later.point, mount.point)),
  );
}

function isAtOrAbove(upper: string, lower: string): boolean {
  return upper === lower || (upper !== '/' && lower.startsWith(`${upper}/`));
}

/**
 * Builds the read-only view of the reduced cage with nothing but util-linux: an empty /dev, an empty /tmp, secrets
 * covered, every mount that a path leads to read-only.
 *
 * @throws CodedError `ToolFailed` when something reachable stays writable.
 */
export async function buildReadOnlyView(
  tools: TraceViewTools,
  agentPid: number,
  hidden: HiddenPaths,
): Promise<MountNamespace> {
  const namespace = await openMountNamespace(tools, agentPid);
  try {
    await runInside(tools, namespace, ['-t', 'tmpfs', '-o', 'mode=755,size=1m', 'tmpfs', '/tmp']);
    await layOut(namespace.rootPath);
    await mountAll(tools, namespace, coverLines(hidden));
    // A kernel without tracefs has no traces to offer; everything else works.
    if (!(await hostShowsTraceEvents())) await runInside(tools, namespace, TRACEFS_MOUNT).catch(() => undefined);
    await mountAll(tools, namespace, readOnlyLines(await readFile(namespace.mountinfoPath, 'utf8'), hidden));
    // `mount -a` never touches the root itself.
    await runInside(tools, namespace, ['-o', 'remount,bind,ro,nosuid,nodev', '/']);
    await runInside(tools, namespace, ['-t', 'tmpfs', '-o', 'ro,nosuid,nodev,mode=1777,size=4k', 'tmpfs', '/tmp']);
    assertReadOnly(await readFile(namespace.mountinfoPath, 'utf8'));
    await namespace.settle();
    return namespace;
  } catch (error) {
    await namespace.close();
    throw error;
  }
}

async function runInside(tools: TraceViewTools, namespace: MountNamespace, args: readonly string[]): Promise<void> {
  await runTool(tools.nsenter, [`--mount=${namespace.path}`, '--', ...tools.mount, ...args]);
}

/** Many mounts in one call: a process for each would cost more than the mounts. */
async function mountAll(tools: TraceViewTools, namespace: MountNamespace, lines: readonly string[]): Promise<void> {
  await writeFile(join(namespace.rootPath, 'tmp/fstab'), `${lines.join('\n')}\n`);
  await runInside(tools, namespace, ['-a', '-T', '/tmp/fstab']);
}

/** Makes mount points in the private /tmp, which the agent reaches through the root of a process inside. */
async function layOut(rootPath: string): Promise<void> {
  await mkdir(join(rootPath, 'tmp/hidden'), { mode: 0 });
  await mkdir(join(rootPath, 'tmp/dev'), { mode: 0o755 });
  for (const name of DEVICES) await writeFile(join(rootPath, 'tmp/dev', name), '');
  await symlink('/proc/self/fd', join(rootPath, 'tmp/dev/fd'));
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    await symlink(`/proc/self/fd/${fd}`, join(rootPath, 'tmp/dev', name));
  }
}

function coverLines(hidden: HiddenPaths): string[] {
  const isOutside = (path: string): boolean => !path.startsWith('/tmp/');
  return [
    ...DEVICES.map((name) => `/dev/${name} /tmp/dev/${name} none bind 0 0`),
    ...hidden.folders.filter(isOutside).map((path) => `/tmp/hidden ${escapePath(path)} none bind 0 0`),
    ...hidden.files.filter(isOutside).map((path) => `/tmp/dev/null ${escapePath(path)} none bind 0 0`),
    '/tmp/dev /dev none rbind 0 0',
  ];
}

function escapePath(path: string): string {
  return path.replaceAll(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function readOnlyLines(mountinfo: string, hidden: HiddenPaths): string[] {
  // A null device must stay a device, also where it covers a file.
  const covered = new Set(hidden.files.map(escapePath));
  const isDevice = (point: string): boolean => /^(?:\/tmp)?\/dev\//.test(point) || covered.has(point);
  return reachableMounts(parseMounts(mountinfo))
    .filter(({ point }) => point !== '/')
    .map(({ point }) => `none ${point} none remount,bind,ro,nosuid${isDevice(point) ? '' : ',nodev'} 0 0`);
}

function assertReadOnly(mountinfo: string): void {
  const writable = reachableMounts(parseMounts(mountinfo)).filter(({ options }) => !options.includes('ro'));
  if (writable.length === 0) return;
  throw new CodedError({
    code: 'ToolFailed',
    message: `The view of the host is not read-only: ${writable
      .map(({ point }) => point)
      .slice(0, 5)
      .join(', ')}`,
  });
}
