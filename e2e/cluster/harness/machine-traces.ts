import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './tool.ts';

/** What a cluster on this machine could leave behind, one line each, by kind. */
export type MachineTraces = Readonly<Record<string, ReadonlySet<string>>>;

/** Looks at the machine as the tests see it: what is inside the namespaces of nodes does not show here. */
export async function readMachineTraces(stateDir: string): Promise<MachineTraces> {
  return {
    mounts: new Set(lines(readFileSync('/proc/self/mountinfo', 'utf8')).map(mountOf)),
    links: new Set(lines(await outputOf('ip', ['-o', 'link'])).map((line) => line.split(': ')[1] ?? '')),
    addresses: new Set(lines(await outputOf('ip', ['-o', 'address']))),
    routes: new Set(lines(await outputOf('ip', ['route', 'show', 'table', 'all']))),
    rules: new Set(lines(await outputOf('ip', ['rule']))),
    'network namespaces': new Set(lines(await outputOf('ip', ['netns']))),
    nftables: new Set(lines(withoutCounters(await outputOf('nft', ['list', 'ruleset'])))),
    iptables: new Set(lines(withoutCounters(await outputOf('iptables-save', [])))),
    cgroups: new Set(cgroups('/sys/fs/cgroup', 2)),
    processes: new Set(processesOf(stateDir)),
  };
}

/** What is there now and was not before, as `kind: line`. */
export function addedTraces(before: MachineTraces, after: MachineTraces): string[] {
  return Object.entries(after).flatMap(([kind, found]) =>
    [...found].filter((line) => !before[kind]?.has(line)).map((line) => `${kind}: ${line}`),
  );
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Where, what kind and of what, without the numbers that the kernel gives (proc_pid_mountinfo(5)). */
function mountOf(line: string): string {
  const [place = '', source = ''] = line.split(' - ');
  return `${place.split(' ').slice(3, 5).join(' ')} ${source.split(' ').slice(0, 2).join(' ')}`;
}

function withoutCounters(text: string): string {
  return text.replaceAll(/^#.*$|\[\d+:\d+\]|counter packets \d+ bytes \d+/gmu, '');
}

/** What a tool prints; nothing where the machine lacks it, and so cannot have what it would tell of. */
async function outputOf(tool: string, args: readonly string[]): Promise<string> {
  return (await runTool(tool, args)).stdout;
}

function cgroups(folder: string, depth: number): string[] {
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return children.flatMap(({ name }) => {
    const path = join(folder, name);
    return [path, ...(depth > 1 ? cgroups(path, depth - 1) : [])];
  });
}

/** Command lines of processes that speak of the folder, or bear it in their environment. */
function processesOf(stateDir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .filter((pid) => ['cmdline', 'environ'].some((file) => contents(`/proc/${pid}/${file}`).includes(stateDir)))
    .map((pid) => `${pid} ${contents(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process ended while we looked.
  }
}
