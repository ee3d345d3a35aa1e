import type { MoveAction } from '../../../moves/move.ts';
import { canTrace, runs, runsIfPresent } from '../candidate.ts';
import type { RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';

/** Below this share of busy time a device has room for more. */
const BUSY_UTIL_PERCENT = 70;
/** Tasks must wait for it too: a busy device that nobody waits for is merely used. */
const STALLED_PERCENT = 20;
/** Without PSI, so many requests in flight on average say that tasks wait. */
const DEEP_QUEUE = 1.5;

/**
 * The device that limits the work, or `undefined` when none does.
 *
 * A loop device is busy because its backing disk is; the one that the work speaks to is the upper one, and it is named when
 * most of the traffic goes through it.
 */
export function findBusyDisk(input: RuleInput): ContextFact<'disk'> | undefined {
  const { facts } = input;
  const pressure = facts.pressure('io', 'some');
  const disks = facts.all('disks', 'disk').filter((disk) => disk.number('util') >= BUSY_UTIL_PERCENT);
  const isWaitedFor = (disk: ContextFact<'disk'>): boolean =>
    pressure === undefined ? disk.number('queue') >= DEEP_QUEUE : pressure.number('sample_stalled') >= STALLED_PERCENT;
  const busy = disks.filter(isWaitedFor);
  const upper = busy.find((disk) => disk.text('backing') !== '');
  const lower = busy.find((disk) => disk.text('backing') === '');
  if (upper === undefined || lower === undefined) return upper ?? lower;
  return traffic(upper) >= traffic(lower) / 2 ? upper : lower;
}

function traffic(disk: ContextFact<'disk'>): number {
  return disk.number('read_rate') + disk.number('write_rate');
}

/** The processes that move most data, without our own. */
export function ioCulprits(input: RuleInput): ContextFact<'io_process'>[] {
  const processes = input.facts.all('disks', 'io_process').filter((fact) => !fact.isOwn);
  const rate = (fact: ContextFact<'io_process'>): number => fact.number('read_rate') + fact.number('write_rate');
  const sorted = processes.sort((a, b) => rate(b) - rate(a));
  const most = sorted[0] === undefined ? 0 : rate(sorted[0]);
  return sorted.filter((fact) => rate(fact) >= most / 4).slice(0, 4);
}

/** The block trace: sizes of the requests that the kernel hands to devices. */
export const BLOCK_TRACE = 'tracepoint:block:block_rq_issue { @ = hist(args->bytes); }';
/** Who hands them over. The kernel's own workers stand here for processes that write through the page cache. */
export const ISSUER_TRACE = 'tracepoint:block:block_rq_issue { @issued[comm, pid] = sum(args->bytes); }';

/**
 * Two looks at the device's counters, with the traces that the host can run and a wait of some seconds in between.
 *
 * The wait is there in any case, because a trace may fail at once and two looks at the same moment show nothing. The two
 * commands differ in what they read besides, because the same command twice in one step counts as going in circles.
 */
export function diskActions(input: RuleInput, traces: readonly MoveAction[]): MoveAction[] {
  return [
    runs('cat', '/proc/uptime', '/proc/diskstats'),
    ...(canTrace(input) ? traces : runsIfPresent(input, 'iostat', '-x', '1', '5')),
    ...runsIfPresent(input, 'vmstat', '1', '5'),
    runs('cat', '/proc/uptime', '/proc/diskstats', '/proc/loadavg'),
    runs('cat', '/proc/pressure/io'),
  ];
}
