import { factLine, withUnit } from '@nannyapi/protocol';
import type { FileSystemRoom } from '../../../host/collector-host.ts';
import type { FileSystem, Sample } from '../sample.ts';
import { unitBytes } from './describe.ts';

/** Lines of item `filesystems`, fullest first. */
export function fileSystemLines(sample: Sample): string[] {
  return [...sample.fileSystems].sort((a, b) => fullness(b) - fullness(a)).map(fileSystemLine);
}

function fullness({ room }: FileSystem): number {
  return room === undefined ? 200 : Math.max(usePercent(room), inodeUsePercent(room) ?? 0);
}

/** As df(1) counts: blocks reserved for root belong to neither side, and the share is rounded up. */
function usePercent(room: FileSystemRoom): number {
  const used = room.totalBytes - room.freeBytes;
  const offered = used + room.availableBytes;
  return offered <= 0 ? 0 : Math.ceil((100 * used) / offered);
}

function inodeUsePercent(room: FileSystemRoom): number | undefined {
  if (room.totalInodes <= 0) return undefined;
  return Math.ceil((100 * (room.totalInodes - room.freeInodes)) / room.totalInodes);
}

function fileSystemLine(fileSystem: FileSystem): string {
  const { mount, room } = fileSystem;
  const inodePercent = room === undefined ? undefined : inodeUsePercent(room);
  const hasInodes = room !== undefined && inodePercent !== undefined;
  return factLine('filesystem', {
    mount: mount.path,
    type: mount.type,
    device: mount.device,
    access: mount.isReadOnly ? 'ro' : 'rw',
    size: unitBytes(room?.totalBytes),
    used: room === undefined ? undefined : unitBytes(room.totalBytes - room.freeBytes),
    avail: unitBytes(room?.availableBytes),
    use: room === undefined ? undefined : withUnit(usePercent(room), '%'),
    inodes: hasInodes ? room.totalInodes : undefined,
    inodes_used: hasInodes ? room.totalInodes - room.freeInodes : undefined,
    inodes_free: hasInodes ? room.freeInodes : undefined,
    iuse: inodePercent === undefined ? undefined : withUnit(inodePercent, '%'),
    backing: fileSystem.backingFile,
    also: fileSystem.otherMounts > 0 ? `${fileSystem.otherMounts} more mounts` : undefined,
    state: room === undefined ? 'does not answer' : undefined,
  });
}
