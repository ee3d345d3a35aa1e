import { canTrace, clip } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { readDisk } from '../readings/disk-reading.ts';
import { readPressureReading } from '../readings/pressure-reading.ts';
import { readTraceMap } from '../readings/trace-reading.ts';
import { BLOCK_TRACE, diskActions, ioCulprits } from './busy-disk.ts';
import { diskComponent, toProcess } from './disk-io-saturation.ts';
import { nameProcesses, toNamed } from './process-names.ts';

/** Syncs per second above which they, not the data, are the work of the device. */
const STORM_FLUSHES_PER_SECOND = 50;
/**
 * Where all cores are busy, who syncs waits for a core more than for the device; so many flushes answer a question about
 * commits all the same.
 */
const MANY_FLUSHES_PER_SECOND = 200;
const COMMIT_TOPICS = /sync|commit|database|journal|\bwal\b|transaction|disk|\bi\/?o\b/u;
/** Larger requests are ordinary writing. */
const SMALL_REQUEST_BYTES = 32 * 1024;
const CONFIRMED_SYNCS_PER_SECOND = 30;
const TRACE_SECONDS = 3;

/** Who asks for syncs, by name and pid. */
const SYNC_TRACE =
  'tracepoint:syscalls:sys_enter_fsync { @syncs[comm, pid] = count(); } tracepoint:syscalls:sys_enter_fdatasync { @syncs[comm, pid] = count(); }';

/** Finds a device that is kept busy by syncing small writes rather than by data. */
export const findFsyncStorm: Rule = (input) => {
  return input.facts
    .all('disks', 'disk')
    .filter((disk) => disk.number('flushes_per_s') >= STORM_FLUSHES_PER_SECOND)
    .filter((disk) => disk.number('request_size') <= SMALL_REQUEST_BYTES)
    .filter((disk) => isWaitedFor(input, disk) || disk.number('flushes_per_s') >= MANY_FLUSHES_PER_SECOND)
    .slice(0, 1)
    .map((disk) => toCandidate(input, disk));
};

/** Many flushes are a fault only where something waits for them. */
function isWaitedFor(input: RuleInput, disk: ContextFact<'disk'>): boolean {
  const stalled = input.facts.pressure('io', 'some')?.number('sample_stalled') ?? 100;
  return stalled >= 10 || disk.number('util') >= 60;
}

function toCandidate(input: RuleInput, disk: ContextFact<'disk'>): Candidate {
  const name = disk.text('name');
  const pressure = input.facts.pressure('io', 'some');
  const culprits = ioCulprits(input);
  const isEvident = isWaitedFor(input, disk);
  const users = culprits.map((fact) => toNamed(fact, input.cluster));
  return {
    finding: {
      mechanism: 'FsyncStorm',
      component: diskComponent(disk, users),
      statement: clip(
        `Disk ${name} is flushed ${Math.round(disk.number('flushes_per_s'))} times a second for writes of only ${disk.size('request_size')} each, so that every sync waits for the ones before it. Tasks waited for I/O ${pressure?.share('sample_stalled') ?? '?'} of the time.`,
        1024,
      ),
      evidence: [disk, ...(pressure ? [pressure] : []), ...culprits.slice(0, 3)].map((fact) => fact.quote),
    },
    strength: isEvident ? 80 : 74,
    nature: 'Load',
    topics: isEvident ? /fsync|sync|commit|database|journal|\bwal\b|disk|\bi\/?o\b|slow|write|latency/u : COMMIT_TOPICS,
    needsSymptom: !isEvident,
    explains: ['DiskIOSaturation'],
    confirmation: {
      hypothesis: clip(`FsyncStorm on ${name} lasts`, 256),
      actions: diskActions(input, [
        { tool: 'trace', program: SYNC_TRACE, durationSeconds: TRACE_SECONDS },
        { tool: 'trace', program: BLOCK_TRACE, durationSeconds: 5 },
      ]),
      judge: (step) => judge(step, disk, canTrace(input)),
    },
    plan: [
      '1. See what the process named above is and whether each of its syncs is needed: `ps -o pid,ppid,user,etime,args -p PID`; its files: `ls -l /proc/PID/fd`.',
      '2. Let it commit in groups, in its own configuration (a database: group commit, `commit_delay`, `innodb_flush_log_at_trx_commit`; a logger: sync less often). Fewer syncs mean that a power cut may lose the last moments of its work: decide with its owner.',
      '3. Move it to a device of its own, so that others do not wait behind its flushes.',
    ].join('\n'),
  };
}

function judge(step: DiagnosisStep, disk: ContextFact<'disk'>, isTraced: boolean): Judgement {
  const pressure = readPressureReading(step, 'io');
  const reading = readDisk(step, disk.text('name'));
  const [most, ...others] = readTraceMap(step, 'syncs');
  const quotes = [...(pressure?.quotes ?? []), ...(reading?.quotes ?? [])];
  if (most === undefined) {
    // Writes that are durable by themselves (O_DSYNC) flush as well, but nobody calls fsync: that is a busy disk.
    const hasTrace = isTraced && step.results.some(({ source, text }) => source.includes('fsync') && text !== '');
    if (hasTrace) return { outcome: 'Gone', quotes, statement: 'nobody called fsync in the following seconds' };
    const isBusy = (pressure?.avg10Percent ?? 0) >= 15 && (reading === undefined || reading.utilPercent >= 50);
    return isBusy
      ? { outcome: 'Confirmed', quotes }
      : { outcome: 'Gone', quotes, statement: 'the device was no longer busy with syncs in the following seconds' };
  }
  if (most.value / TRACE_SECONDS < CONFIRMED_SYNCS_PER_SECOND) {
    return { outcome: 'Gone', quotes: [most.quote], statement: 'few syncs were asked for in the following seconds' };
  }
  const syncer = toProcess(most);
  return {
    outcome: 'Confirmed',
    quotes: [most.quote, ...others.slice(0, 1).map((entry) => entry.quote), ...quotes],
    component: diskComponent(disk, [syncer]),
    statement: `Process ${nameProcesses([syncer])} asks for ${Math.round(most.value / TRACE_SECONDS)} syncs a second of small writes (${disk.size('request_size')} each). Disk ${disk.text('name')} is flushed ${Math.round(disk.number('flushes_per_s'))} times a second, and everyone else's writes wait behind that.`,
  };
}
