import { matchesAny } from './patterns.ts';
import type { Needs, PathUse } from './verdict.ts';

/** From the least to the most: each is taken to be harder to grant than those before. */
const NEEDS_ORDER: readonly Needs[] = [
  'none',
  'netRaw',
  'syslog',
  'netAdmin',
  'perf',
  'fileRead',
  'ptrace',
  'ptraceFileRead',
  'kernelStack',
  'rawDevice',
  'deviceAdmin',
  'root',
];

const OTHER_PROCESS = '/proc/\\d+(?:/task/\\d+)?';

/** What reading or listing one path needs beyond an unprivileged user. */
const PATH_NEEDS: readonly (readonly [pattern: string, needs: Needs])[] = [
  [`${OTHER_PROCESS}/stack`, 'kernelStack'],
  [`${OTHER_PROCESS}/(?:fd|fdinfo|io|syscall|ns|auxv|personality)(?:/.*)?`, 'ptraceFileRead'],
  [`${OTHER_PROCESS}/(?:wchan|smaps_rollup|smaps|maps|numa_maps|exe|cwd|timers|arch_status|patch_state)`, 'ptrace'],
  ['/proc/(?:slabinfo|vmallocinfo|pagetypeinfo|timer_list|iomem|ioports|allocinfo|lock_stat)', 'fileRead'],
  ['/sys/kernel/(?:debug|tracing).*', 'fileRead'],
  ['/proc.*|/sys.*', 'none'],
  ['/etc/(?!pve|lvm|iptables|nftables|ufw|audit|cron\\.).*|/usr.*|/lib.*|/boot.*', 'none'],
  ['.*', 'fileRead'],
];

/** The rights that one path of a command asks for. */
export function pathNeeds(use: PathUse): Needs {
  if (use.access === 'stat' && !use.path.startsWith('/proc')) return 'fileRead';
  return PATH_NEEDS.find(([pattern]) => matchesAny([pattern], use.path))?.[1] ?? 'fileRead';
}

/** The hardest of several needs. */
export function widestNeeds(needs: readonly Needs[]): Needs {
  return needs.reduce(
    (widest, need) => (NEEDS_ORDER.indexOf(need) > NEEDS_ORDER.indexOf(widest) ? need : widest),
    'none',
  );
}
