import type { PathAccess } from '../verdict.ts';

/**
 * What a value or an operand may be. Plain data: the tables are hashed and printed.
 *
 * `recursive` paths are searched as a whole; `sampling` stands for the pair interval and count
 * of vmstat and its kin, both or neither.
 */
export type ValueKind =
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'decimal'; readonly min: number; readonly max: number }
  | { readonly kind: 'match'; readonly pattern: string; readonly what: string }
  | { readonly kind: 'one'; readonly of: readonly string[] }
  | { readonly kind: 'list'; readonly of: ValueKind; readonly max: number }
  | { readonly kind: 'any'; readonly of: readonly ValueKind[] }
  | { readonly kind: 'path'; readonly access: PathAccess }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'search' }
  | { readonly kind: 'namePattern' }
  | { readonly kind: 'hostName' }
  | { readonly kind: 'address' }
  | { readonly kind: 'sysctlKey' };

/** A number from min to max, written in decimal digits. */
export const int = (min: number, max: number): ValueKind => ({ kind: 'int', min, max });
/** A number from min to max, with or without a fraction. */
export const decimal = (min: number, max: number): ValueKind => ({ kind: 'decimal', min, max });
/** A text that an anchored regular expression describes; `what` names it in messages. */
export const match = (pattern: string, what: string): ValueKind => ({ kind: 'match', pattern, what });
/** One of the words given, separated by spaces. */
export const oneOf = (words: string): ValueKind => ({ kind: 'one', of: words.split(' ') });
/** Up to 32 values of one kind, with commas between. */
export const listOf = (of: ValueKind, max = 32): ValueKind => ({ kind: 'list', of, max });
/** A value of the first kind that fits. */
export const anyOf = (...of: readonly ValueKind[]): ValueKind => ({ kind: 'any', of });

/** A file whose contents are read. */
export const readPath: ValueKind = { kind: 'path', access: 'read' };
/** A file or folder whose entries are listed. */
export const listPath: ValueKind = { kind: 'path', access: 'list' };
/** A path of which only metadata is shown. */
export const statPath: ValueKind = { kind: 'path', access: 'stat' };
/** A folder below which everything is searched. */
export const recursivePath: ValueKind = { kind: 'recursive' };
/** A text or expression to look for in readable text. */
export const search: ValueKind = { kind: 'search' };
/** A pattern for names of files. */
export const namePattern: ValueKind = { kind: 'namePattern' };
/** A host name that can be asked for without telling anybody anything. */
export const hostName: ValueKind = { kind: 'hostName' };
/** An address that stays inside, or a well-known resolver. */
export const address: ValueKind = { kind: 'address' };
/** A key of sysctl. */
export const sysctlKey: ValueKind = { kind: 'sysctlKey' };

/** A process id. */
export const pid: ValueKind = int(1, 4_194_304);
/** A name of a user, group, service, interface or the like. */
export const name: ValueKind = match('[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,127}', 'a name');
/** A name that may hold the wildcards of systemd and package tools. */
export const nameGlob: ValueKind = match('[A-Za-z0-9_*?][A-Za-z0-9_.@:+*?-]{0,127}', 'a name or pattern');
/** A network interface. */
export const iface: ValueKind = match('[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}', 'a network interface');
/** A package, with an optional architecture and version. */
export const packageName: ValueKind = match(
  '[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}(?::[a-z0-9]+)?(?:=[A-Za-z0-9.+~:_-]+)?',
  'a package',
);
const DISK =
  '(?:[hsv]|xv)d[a-z]{1,3}\\d{0,3}|nvme\\d{1,3}(?:n\\d{1,3}(?:p\\d{1,3})?)?|mmcblk\\d{1,2}(?:p\\d{1,3}|boot\\d|rpmb)?|(?:dm-|md|loop|ram|zram|nbd|rbd|drbd|zd|sr|sg|bcache|pmem|dasd[a-z]|mtdblock|ublkb)\\d{0,4}(?:p\\d{1,3})?|dasd[a-z]{1,2}|cciss/c\\d+d\\d+|bus/\\d{1,2}|root';
/** Folders of /dev that hold no disks: opening a watchdog restarts the host, and input devices block and tell keys. */
const NO_DISKS =
  'bsg|bus|block|char|cpu|cpu_dma_latency|dma_heap|dri|fd|hugepages|infiniband|input|mqueue|net|pts|serial|shm|snd|uio\\d*|usb|vc|vfio|vhost.*|watchdog\\d*|dev|proc|sys|lxd?|pve-ha-.*';
/**
 * A disk, partition or volume below /dev. Only names that disks have: as a device node of another kind, opening alone
 * may act.
 */
export const device: ValueKind = match(
  `/dev/(?:${DISK}|(?:mapper|disk/by-[a-z]+|md|zvol|(?!(?i:${NO_DISKS})/)[a-zA-Z][\\w.+-]*)/(?!\\.)[\\w.:+-]+(?:/(?!\\.)[\\w.:+-]+)?)`,
  'a disk such as /dev/sda or /dev/mapper/data',
);
/** A column list, such as NAME,SIZE,MAJ:MIN. */
export const columns: ValueKind = match('[+]?[A-Za-z0-9_:%#-]+(?:[,=][A-Za-z0-9_:%#-]+)*', 'a list of columns');
/** A date or span, such as "2 hours ago" or 2026-11-25 07:00. */
export const time: ValueKind = match('[A-Za-z0-9 :.,+/@-]{1,40}', 'a time such as "1 hour ago"');
/** An IPv4 or IPv6 address or prefix that is only displayed or compared, never contacted. */
export const localAddress: ValueKind = match(
  '\\d{1,3}(?:\\.\\d{1,3}){0,3}(?:/\\d{1,3})?|[0-9a-fA-F]{0,4}:[0-9a-fA-F:]{1,40}(?:\\.\\d{1,3}){0,3}(?:/\\d{1,3})?|default|all',
  'an address',
);
/** An output template such as ${Package} %n; no expression in it is evaluated. */
export const template: ValueKind = match(
  '(?:[A-Za-z0-9 %_.,:;|=/+-]|\\$\\{[A-Za-z:-]+(?:;-?\\d+)?\\}|%-?\\d*\\{[A-Za-z][A-Za-z0-9_]*(?::(?:date|day|arraysize|shescape|hex|octal|depflags|fflags|perms|string))?\\}|\\\\[nt])+',
  'an output template',
);
