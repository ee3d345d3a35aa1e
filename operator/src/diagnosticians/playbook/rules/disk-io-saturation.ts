import { clip } from '../candidate.ts';
import type { Candidate, Judgement, Rule, RuleInput } from '../candidate.ts';
import type { ContextFact } from '../context-facts.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { readDisk } from '../readings/disk-reading.ts';
import { readPressureReading } from '../readings/pressure-reading.ts';
import { readBlockHistogram, readTraceMap } from '../readings/trace-reading.ts';
import type { TraceEntry } from '../readings/trace-reading.ts';
import { nameProcesses, toNamed } from './process-names.ts';
import type { NamedProcess } from './process-names.ts';
import { BLOCK_TRACE, diskActions, findBusyDisk, ioCulprits, ISSUER_TRACE, tellRates } from './busy-disk.ts';

/** Of the whole second look; less than at first, because the work has pauses and the first look was short. */
const CONFIRMED_UTIL_PERCENT = 45;
/** Of what it was in the first look, where that was work in bursts. */
const CONFIRMED_UTIL_SHARE = 0.65;
const CONFIRMED_STALLED_PERCENT = 10;
/** So busy a device is waited for, even where tasks wait for a core at the same time and PSI tells little. */
const EVIDENT_UTIL_PERCENT = 80;

/** Finds a block device that is busy all the time while tasks wait for it, and who keeps it so. */
export const findDiskIOSaturation: Rule = (input) => {
  const disk = findBusyDisk(input);
  return disk === undefined ? [] : [toCandidate(input, disk, ioCulprits(input))];
};

function toCandidate(
  input: RuleInput,
  disk: ContextFact<'disk'>,
  culprits: readonly ContextFact<'io_process'>[],
): Candidate {
  const name = disk.text('name');
  const pressure = input.facts.pressure('io', 'some');
  const users = culprits.map((fact) => toNamed(fact, input.cluster));
  const rates = culprits
    .slice(0, 3)
    .map((fact) => `${nameProcesses([toNamed(fact, input.cluster)])} ${tellRates(fact)}`);
  const requests = Math.round(disk.number('reads_per_s') + disk.number('writes_per_s'));
  const waited =
    pressure === undefined
      ? ''
      : ` Tasks waited for I/O ${Math.round(pressure.number('sample_stalled'))}% of the time.`;
  return {
    finding: {
      mechanism: 'DiskIOSaturation',
      component: diskComponent(disk, users),
      statement: clip(
        `Disk ${name} is busy ${disk.share('util')} of the time: ${requests} requests a second, each takes ${disk.number('await').toFixed(1)} ms, ${disk.number('queue').toFixed(1)} are in flight on average.${waited}${rates.length > 0 ? ` ${rates.join('; ')}.` : ''}`,
        1024,
      ),
      evidence: [disk, ...(pressure ? [pressure] : []), ...culprits.slice(0, 4)].map((fact) => fact.quote),
    },
    strength: 55 + disk.number('util') * 0.15 + Math.min(15, (pressure?.number('sample_stalled') ?? 50) / 5),
    nature: 'Load',
    topics:
      /disk|\bi\/?o\b|iowait|storage|slow|write|\breads?\b|fsync|database|commit|lag|latency|unrespons|stall|hang/u,
    needsSymptom: false,
    explains: [],
    confirmation: {
      hypothesis: clip(`DiskIOSaturation of ${name} lasts`, 256),
      actions: diskActions(input, [
        { tool: 'trace', program: BLOCK_TRACE, durationSeconds: 10 },
        { tool: 'trace', program: ISSUER_TRACE, durationSeconds: 3 },
      ]),
      judge: (step) => judge(step, { fact: disk, users, rates: rates.join('; ') }),
    },
    plan: plan(name, culprits[0]),
  };
}

/** Names a device and who uses it: `disk vda mounted at /, used by dd (pid 1)`. */
export function diskComponent(disk: ContextFact<'disk'>, users: readonly NamedProcess[]): string {
  const who = nameProcesses(users);
  const mounts = disk.text('mounts');
  const where = mounts === '' ? '' : ` mounted at ${mounts}`;
  return clip(`disk ${disk.text('name')}${where}${who === '' ? '' : `, used by ${who}`}`, 256);
}

interface SaturatedDisk {
  fact: ContextFact<'disk'>;
  users: readonly NamedProcess[];
  /** What the users did in the first look, in words; '' when that is unknown. */
  rates: string;
}

function judge(step: DiagnosisStep, { fact, users, rates }: SaturatedDisk): Judgement {
  const name = fact.text('name');
  const disk = readDisk(step, name);
  const pressure = readPressureReading(step, 'io');
  const histogram = readBlockHistogram(step);
  if (disk === undefined && pressure === undefined) {
    return {
      outcome: 'Unclear',
      statement: `neither the counters of ${name} nor the I/O pressure could be read again`,
    };
  }
  const isBusy =
    disk === undefined ||
    disk.utilPercent >= Math.min(CONFIRMED_UTIL_PERCENT, fact.number('util') * CONFIRMED_UTIL_SHARE);
  const isWaitedFor =
    pressure === undefined ||
    pressure.avg10Percent >= CONFIRMED_STALLED_PERCENT ||
    (disk?.utilPercent ?? 0) >= EVIDENT_UTIL_PERCENT;
  const quotes = [...(histogram?.quotes ?? []), ...(disk?.quotes ?? []), ...(pressure?.quotes ?? [])];
  if (!isBusy || !isWaitedFor) {
    return { outcome: 'Gone', quotes, statement: `${name} was no longer saturated in the following seconds` };
  }
  const issuers = mainIssuers(readTraceMap(step, 'issued'));
  const told = [
    `Disk ${name} was busy ${fact.share('util')} of the time in the first look${disk === undefined ? '' : ` and ${Math.round(disk.utilPercent)}% of the next ${Math.round(disk.seconds)} s (${Math.round(disk.requests / disk.seconds)} requests a second)`}.`,
    ...(pressure === undefined
      ? []
      : [`Tasks waited for I/O ${Math.round(pressure.avg10Percent)}% of the last ten seconds.`]),
    ...(histogram === undefined ? [] : [`A block trace of ten seconds counted ${histogram.requests} requests.`]),
    ...(issuers.length === 0 ? [] : [`Most of the data was handed over by ${nameProcesses(issuers.map(toProcess))}.`]),
  ];
  return {
    outcome: 'Confirmed',
    quotes: [...quotes, ...issuers.map((entry) => entry.quote)],
    ...(issuers.length === 0 ? {} : { component: diskComponent(fact, [...issuers.map(toProcess), ...users]) }),
    statement: `${told.join(' ')}${rates === '' ? '' : ` In the first look ${rates}.`}`,
  };
}

/** The entries of the program that issued most, at most three; the kernel's own workers act for others and are left out. */
function mainIssuers(entries: readonly TraceEntry[]): TraceEntry[] {
  const totals = new Map<string, number>();
  const foreign = entries.filter((entry) => !/^(?:kworker|jbd2|ksoftirqd|swapper)/u.test(entry.key));
  for (const entry of foreign) {
    const { comm } = toProcess(entry);
    totals.set(comm, (totals.get(comm) ?? 0) + entry.value);
  }
  const [first] = [...totals].sort((a, b) => b[1] - a[1]);
  return foreign.filter((entry) => toProcess(entry).comm === first?.[0]).slice(0, 3);
}

/** Takes the key of a map `[comm, pid]` apart. */
export function toProcess(entry: TraceEntry): NamedProcess {
  const [, comm = entry.key, pid = '?'] = /^(.*),\s*(\d+)$/u.exec(entry.key) ?? [];
  return { comm, pid };
}

function plan(name: string, culprit: ContextFact<'io_process'> | undefined): string {
  const pid = culprit?.text('pid') ?? 'PID';
  return [
    `1. See who does the I/O and whether it is wanted: \`pidstat -d 1 5\`, \`ps -o pid,ppid,user,etime,args -p ${pid}\`. Both only read.`,
    `2. If it may wait, lower its I/O priority: \`ionice -c 3 -p ${pid}\` (undone by \`ionice -c 2 -n 4 -p ${pid}\`; it helps where the scheduler of the disk is bfq: \`cat /sys/block/${name}/queue/scheduler\`), or limit it: \`systemctl set-property UNIT IOWriteBandwidthMax="/dev/${name} 20M"\` (undone by an empty value).`,
    '3. If it is a backup, export or clean-up, move it to a quiet hour.',
    `4. If all of it is wanted, ${name} is too slow for the work: spread the data over more devices or take a faster one.`,
  ].join('\n');
}
