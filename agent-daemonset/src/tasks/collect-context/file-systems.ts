import type { CollectorHost } from '../../host/collector-host.ts';
import type { FileSystem } from './sample.ts';
import { mapBounded } from './snapshot/bounded.ts';
import type { Mount } from './snapshot/mounts.ts';

/** File systems that hold no files of anybody. */
const PSEUDO_TYPES: ReadonlySet<string> = new Set(
  `autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc
   pstore ramfs rpc_pipefs securityfs selinuxfs sysfs tracefs`.split(/\s+/u),
);
/** Full by nature: images that are never written. */
const IMAGE_TYPES: ReadonlySet<string> = new Set(['squashfs', 'iso9660', 'erofs', 'cramfs', 'udf']);
const MAX_FILE_SYSTEMS = 200;

/**
 * Reads the room of all mounted file systems that hold files.
 *
 * Pseudo file systems, read-only images, the roots of containers and the kubelet's own small volumes are left out. Several mounts of one file system (bind mounts, containers) are told
 * once, by the mount that shows most of it.
 */
export async function readFileSystems(host: CollectorHost, mounts: readonly Mount[]): Promise<FileSystem[]> {
  // After folding, for a part of a small volume may be mounted once more, under another name.
  const folded = foldMounts(mounts.filter(holdsFiles)).filter(({ mount }) => !isSmallVolume(mount));
  const chosen = folded.slice(0, MAX_FILE_SYSTEMS);
  return mapBounded(chosen, 4, async ({ mount, otherMounts }) => ({
    mount,
    otherMounts,
    room: await host.statfs(mount.path),
    backingFile: await readBackingFile(host, mount.device),
  }));
}

function holdsFiles(mount: Mount): boolean {
  if (PSEUDO_TYPES.has(mount.type) || IMAGE_TYPES.has(mount.type)) return false;
  if (mount.path.startsWith('/proc/') || mount.path.startsWith('/sys/')) return false;
  if (isRootOfContainer(mount)) return false;
  return !mount.path.startsWith('/dev/') || mount.path === '/dev/shm';
}

/** The room of a container's root is that of the disk below it, which is told once; a node has hundreds of such roots. */
function isRootOfContainer({ type, path }: Mount): boolean {
  return type === 'overlay' && /\/(?:rootfs|merged)$/u.test(path);
}

/** Volumes that the kubelet writes, and no program: a few files each, one or more for every pod. */
function isSmallVolume({ path }: Mount): boolean {
  return /\/pods\/[^/]+\/volumes\/kubernetes\.io~(?:secret|projected|configmap|downward-api)\//u.test(path);
}

function foldMounts(mounts: readonly Mount[]): { mount: Mount; otherMounts: number }[] {
  const byDevice = new Map<string, Mount[]>();
  for (const mount of mounts) {
    const same = byDevice.get(mount.deviceNumber) ?? [];
    same.push(mount);
    byDevice.set(mount.deviceNumber, same);
  }
  return [...byDevice.values()].flatMap((same) => {
    const [mount] = same.sort(
      (a, b) => Number(b.root === '/') - Number(a.root === '/') || a.path.length - b.path.length,
    );
    return mount === undefined ? [] : [{ mount, otherMounts: same.length - 1 }];
  });
}

async function readBackingFile(host: CollectorHost, device: string): Promise<string | undefined> {
  const loop = /^\/dev\/(loop\d+)$/u.exec(device)?.[1];
  if (loop === undefined) return undefined;
  return (await host.readFile(`/sys/block/${loop}/loop/backing_file`))?.trim();
}
