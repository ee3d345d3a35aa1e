import type { MoveAction } from '../../../moves/move.ts';
import { canTrace, runs, runsIfPresent } from '../candidate.ts';
import type { RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';

/** Below this share of busy time a device has room for more. */
const BUSY_UTIL_PERCENT = 55;
/** Work in bursts leaves a device pauses, yet each burst fills its queue and everybody waits for it. */
const BURST_UTIL_PERCENT = 35;
const BURST_STALLED_PERCENT = 25;
const BURST_QUEUE = 4;
/** A device this busy is at its end even if nothing tells who waits. */
const FULL_UTIL_PERCENT = 90;
/** Tasks must wait for it too: a busy device that nobody waits for is merely used. */
const STALLED_PERCENT = 15;
/** Where all cores are busy, tasks wait for those as well, and PSI counts them as waiting for I/O less often. */
const DEEP_QUEUE = 1.5;
/** Fewer requests than this are noise, whatever share of the time the device calls busy. */
const MIN_REQUESTS_PER_SECOND = 5;

/**
 * The device that limits the work, or `undefined` when none does.
 *
 * A loop device is busy because its backing disk is; the one that the work speaks to is the upper one, and it is named when
 * most of the traffic goes through it.
 */
export function findBusyDisk(input: RuleInput): ContextFact<'disk'> | undefined {
  const busy = input.facts
    .all('disks', 'disk')
    .filter((disk) => disk.number('util') >= BUSY_UTIL_PERCENT || isBursting(input, disk))
    .filter((disk) => disk.number('reads_per_s') + disk.number('writes_per_s') >= MIN_REQUESTS_PER_SECOND)
    .filter((disk) => isWaitedFor(input, disk));
  const upper = busy.find((disk) => disk.text('backing') !== '');
  const lower = busy.find((disk) => disk.text('backing') === '');
  if (upper === undefined || lower === undefined) return upper ?? lower;
  return traffic(upper) >= traffic(lower) / 2 ? upper : lower;
}

function isBursting(input: RuleInput, disk: ContextFact<'disk'>): boolean {
  const stalled = input.facts.pressure('io', 'some')?.number('sample_stalled') ?? 0;
  const isDeep = disk.number('queue') >= BURST_QUEUE;
  return isDeep && disk.number('util') >= BURST_UTIL_PERCENT && stalled >= BURST_STALLED_PERCENT;
}

/** Any one sign of waiting will do, for each fails to show under some load: PSI, the queue, tasks that sleep in the kernel. */
function isWaitedFor(input: RuleInput, disk: ContextFact<'disk'>): boolean {
  const { facts } = input;
  const pressure = facts.pressure('io', 'some');
  if ((pressure?.number('sample_stalled') ?? 0) >= STALLED_PERCENT) return true;
  const isDeep = disk.number('queue') >= DEEP_QUEUE;
  if (pressure === undefined && isDeep) return true;
  if (disk.number('util') < FULL_UTIL_PERCENT) return false;
  // Asynchronous I/O waits in the queue of the device, not in the kernel's count of stalled tasks.
  if (isDeep) return true;
  const blocked = facts.first('cpu', 'load')?.number('blocked') ?? 0;
  const waiter = facts.all('disks', 'io_process').some((fact) => !fact.isOwn && fact.number('io_wait') >= 40);
  return blocked > 0 || waiter;
}

function traffic(disk: ContextFact<'disk'> | ContextFact<'io_process'>): number {
  return disk.number('read_rate') + disk.number('write_rate');
}

/**
 * The processes that move most data, without our own.
 *
 * The kernel adds what a child moved to its parent when it ends. A parent that is thereby said to move more than all devices
 * did is a bystander whose child has just ended.
 */
export function ioCulprits(input: RuleInput): ContextFact<'io_process'>[] {
  const processes = input.facts.all('disks', 'io_process').filter((fact) => !fact.isOwn);
  const disks = input.facts.all('disks', 'disk');
  const all = disks.reduce((sum, disk) => sum + traffic(disk), 0);
  const possible = processes.filter((fact) => !isAdopted(fact) || traffic(fact) <= all * MOST_OF_ALL);
  const sorted = possible.sort((a, b) => traffic(b) - traffic(a));
  const most = sorted[0] === undefined ? 0 : traffic(sorted[0]);
  return sorted.filter((fact) => traffic(fact) >= most / 4).slice(0, 4);
}

/** Samples of devices and of processes are not taken at the same moment. */
const MOST_OF_ALL = 1.3;

/** True for a process that sleeps and waits for no device: what it is said to move may be its children's. */
function isAdopted(fact: ContextFact<'io_process'>): boolean {
  return fact.text('state') === 'S' && fact.number('io_wait') === 0;
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
    ...runsIfPresent(input, 'vmstat', '1', '3'),
    runs('cat', '/proc/uptime', '/proc/diskstats', '/proc/loadavg'),
    runs('cat', '/proc/pressure/io'),
  ];
}

/** `reads 12 MB/s`, `writes 80 MB/s`, or both; rates below a kilobyte are left out. */
export function tellRates(fact: ContextFact<'io_process'> | ContextFact<'disk'>): string {
  const rates = (['read_rate', 'write_rate'] as const)
    .filter((field) => fact.number(field) >= 1024)
    .map((field) => `${field === 'read_rate' ? 'reads' : 'writes'} ${fact.size(field)}/s`);
  return rates.join(' and ') || 'moves little data';
}
