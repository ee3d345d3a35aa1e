import type { Quote } from '../../moves/move.ts';
import type { RuleInput } from './candidate.ts';
import { quietClusterFamilies } from './cluster/quiet-cluster.ts';
import type { ContextFact, ContextFacts } from './context-facts.ts';

/** A family of faults that the evidence speaks against. */
export interface QuietFamily {
  mechanism: string;
  statement: string;
  evidence: Quote[];
}

/**
 * The main families of faults that the collected context rules out, each with the line that says so.
 *
 * A family that is neither clearly quiet nor a finding is left out: silence is no proof.
 */
export function quietFamilies(input: RuleInput): QuietFamily[] {
  const ofHost = [cpu, throttling, memory, oomKill, disk, room, inodes]
    .map((family) => family(input.facts))
    .filter((family) => family !== undefined);
  const ofCluster = quietClusterFamilies(input);
  const told = new Set(ofCluster.map(({ mechanism }) => mechanism));
  return [...ofCluster, ...ofHost.filter(({ mechanism }) => !told.has(mechanism))];
}

function cpu(facts: ContextFacts): QuietFamily | undefined {
  const total = facts.first('cpu', 'cpu', (fact) => fact.text('core') === 'total');
  if (total === undefined || total.number('busy') >= 80) return undefined;
  return quiet('CPUSaturation', `The processors were ${total.text('busy')} busy, so work does not wait for them.`, [
    total,
    facts.pressure('cpu', 'some'),
  ]);
}

function throttling(facts: ContextFacts): QuietFamily | undefined {
  const worst = facts.first('cgroups', 'cpu_cgroup', (fact) => !fact.isOwn);
  if (worst === undefined) {
    const none = facts.first('cgroups', 'missing');
    return none && quiet('CPUThrottling', 'No control group has a CPU quota.', [none]);
  }
  if (facts.all('cgroups', 'cpu_cgroup').some((fact) => fact.number('throttled_share') >= 10)) return undefined;
  return quiet('CPUThrottling', 'No control group was throttled by its CPU quota to speak of.', [worst]);
}

function memory(facts: ContextFacts): QuietFamily | undefined {
  const fact = facts.first('memory', 'memory');
  const pressure = facts.pressure('memory', 'some');
  if (fact === undefined || fact.number('available_share') < 12 || (pressure?.number('sample_stalled') ?? 0) >= 5) {
    return undefined;
  }
  const statement = `${fact.text('available_share')} of the memory is available and tasks did not wait for it.`;
  return quiet('MemoryPressure', statement, [fact, pressure]);
}

function oomKill(facts: ContextFacts): QuietFamily | undefined {
  const [newest] = facts.all('oom-kills', 'oom_kill');
  const counter = facts.first('oom-kills', 'vmstat');
  if (newest !== undefined) {
    // What is left in the log of a group that is gone, or of long ago, is history.
    if (newest.number('age') < 120 && newest.text('limit_cgroup_exists') !== 'no') return undefined;
    const statement = `The last kill for want of memory was ${newest.text('age')} ago (${newest.text('comm')}), and none happened since.`;
    return quiet('OOMKill', statement, [newest, counter]);
  }
  const none = facts.first('oom-kills', 'missing', (fact) => fact.text('what').startsWith('OOM'));
  return none && quiet('OOMKill', 'The kernel killed nothing for want of memory within the last hour.', [none]);
}

function disk(facts: ContextFacts): QuietFamily | undefined {
  const [busiest] = facts.all('disks', 'disk');
  const pressure = facts.pressure('io', 'some');
  const stalled = pressure?.number('sample_stalled') ?? 0;
  if (busiest === undefined || (busiest.number('util') >= 60 && stalled >= 10) || stalled >= 20) return undefined;
  const statement = `The busiest disk, ${busiest.text('name')}, was ${busiest.text('util')} busy, and tasks waited for I/O ${pressure?.text('sample_stalled') ?? '?'} of the time.`;
  return quiet('DiskIOSaturation', statement, [busiest, pressure]);
}

function room(facts: ContextFacts): QuietFamily | undefined {
  const [fullest] = writable(facts).sort((a, b) => b.number('use') - a.number('use'));
  if (fullest === undefined || fullest.number('use') >= 98) return undefined;
  return quiet('FilesystemFull', `The fullest file system, ${fullest.text('mount')}, is at ${fullest.text('use')}.`, [
    fullest,
  ]);
}

function inodes(facts: ContextFacts): QuietFamily | undefined {
  const [fullest] = writable(facts).sort((a, b) => b.number('iuse') - a.number('iuse'));
  if (fullest === undefined || fullest.number('iuse') >= 98) return undefined;
  const statement = `No file system is short of inodes: ${fullest.text('mount')} uses ${fullest.text('iuse')}.`;
  return quiet('InodesExhausted', statement, [fullest]);
}

function writable(facts: ContextFacts): ContextFact<'filesystem'>[] {
  return facts.all('filesystems', 'filesystem').filter((fact) => fact.text('access') === 'rw');
}

function quiet(mechanism: string, statement: string, facts: readonly ({ quote: Quote } | undefined)[]): QuietFamily {
  return { mechanism, statement, evidence: facts.filter((fact) => fact !== undefined).map((fact) => fact.quote) };
}
