import type { CollectorHost } from '../../../host/collector-host.ts';

/** One line of /proc/self/mountinfo (proc(5)). */
export interface Mount {
  /** `major:minor`. */
  deviceNumber: string;
  /** The folder of the file system that is mounted; `/` unless it is a bind mount. */
  root: string;
  path: string;
  type: string;
  device: string;
  isReadOnly: boolean;
  /** Options of the file system itself; for cgroup version 1 they name the controllers. */
  superOptions: readonly string[];
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads the mounts of the host; a later mount over the same path hides the earlier one. */
export async function readMounts(host: CollectorHost): Promise<Mount[]> {
  const own = '/proc/self/mountinfo';
  const text =
    (await host.readFile(host.mountinfoPath ?? own, { maxBytes: MAX_BYTES })) ??
    (await host.readFile(own, { maxBytes: MAX_BYTES })) ??
    '';
  const byPath = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const mount = parseMount(line);
    if (mount) byPath.set(mount.path, mount);
  }
  return [...byPath.values()];
}

function parseMount(line: string): Mount | undefined {
  const [left, right] = line.split(' - ', 2);
  if (left === undefined || right === undefined) return undefined;
  const [, , deviceNumber = '', root = '', path = '', options = ''] = left.split(' ');
  const [type = '', device = '', superOptions = ''] = right.split(' ');
  const superList = superOptions.split(',');
  return {
    deviceNumber,
    root: unescapeOctal(root),
    path: unescapeOctal(path),
    type,
    device: unescapeOctal(device),
    isReadOnly: options.split(',').includes('ro') || superList.includes('ro'),
    superOptions: superList,
  };
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
