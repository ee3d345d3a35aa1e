import type { CgroupLayout } from './cgroup-layout.ts';
import type { ChosenSandbox } from './choose-sandbox.ts';
import type { HostCapabilities } from './host.ts';
import { installCommand, type PlatformFamily } from './remedies.ts';
import { tryTool } from './tool-run.ts';
import type { Tools } from './tools.ts';

/** What the probe looks at. */
export interface ProbeDeps {
  tools: Tools;
  isRoot: boolean;
  family: PlatformFamily;
  chosen: ChosenSandbox;
  layout: CgroupLayout;
  /** Whether the agent may make control groups. */
  hasCgroups: boolean;
  /** Names of all commands of the policy. */
  commandNames: readonly string[];
}

const MAX_TOOLS = 256;
const MAX_MISSING = 32;
/** Commands whose absence leaves a hole in most diagnoses; the others are told when they are asked for. */
const WANTED_COMMANDS = ['ps', 'ss', 'ip', 'df', 'du', 'lsblk', 'vmstat', 'free', 'iostat', 'pidstat', 'lsof', 'dmesg'];

/** Finds out what this host can be asked, and what would let it answer more. */
export async function probeCapabilities(deps: ProbeDeps): Promise<HostCapabilities> {
  const installed = await deps.tools.findAll(deps.commandNames);
  const fromImage = Object.entries(installed).flatMap(([name, tool]) => (tool?.origin === 'Image' ? [name] : []));
  const trace = await probeTrace(deps);
  const missing = [
    ...(deps.isRoot ? [] : ['root: most of the host stays closed; run the agent as root']),
    ...cageMissing(deps),
    ...(trace.missing === undefined ? [] : [trace.missing]),
    ...(deps.hasCgroups ? [] : ['control groups: none is writable; runs are held by user and process group instead']),
    ...WANTED_COMMANDS.filter((name) => deps.commandNames.includes(name) && installed[name] === undefined).map(
      (name) => `${name}: ${installCommand(name, deps.family)}`,
    ),
  ];
  return {
    privilege: deps.isRoot ? 'Root' : 'Unprivileged',
    sandbox: deps.chosen.sandbox.level,
    cgroups: deps.layout.kind,
    ...(trace.version === undefined ? {} : { bpftraceVersion: trace.version }),
    tools: Object.keys(installed).sort().slice(0, MAX_TOOLS),
    ...(fromImage.length === 0 ? {} : { imageTools: fromImage.sort().slice(0, MAX_TOOLS) }),
    missing: missing.slice(0, MAX_MISSING),
  };
}

function cageMissing({ isRoot, chosen, family }: ProbeDeps): string[] {
  if (!isRoot || chosen.sandbox.level === 'Full') return [];
  return [`bwrap: commands are caged ${chosen.sandbox.level} only; ${installCommand('bwrap', family)}`];
}

/** What a trace would meet: asked in the order in which it would fail. */
async function probeTrace(deps: ProbeDeps): Promise<{ version?: string; missing?: string }> {
  const bpftrace = await deps.tools.find('bpftrace');
  if (bpftrace === undefined) return { missing: `bpftrace: no traces; ${installCommand('bpftrace', deps.family)}` };
  if (!deps.isRoot) return { missing: 'traces: they need root; run the agent as root' };
  if (!deps.chosen.hasSeccomp) {
    return { missing: `traces: they run only behind a system call filter; ${installCommand('bwrap', deps.family)}` };
  }
  try {
    await deps.chosen.traceView?.enter();
  } catch {
    // Whatever the reason, the trace events cannot be shown here.
    return {
      missing:
        'traces: the kernel has no tracefs, or the agent may not mount it; mount -t tracefs tracefs /sys/kernel/tracing',
    };
  }
  const { stdout } = await tryTool(bpftrace.words, ['--version']);
  const version = /v?(\d+\.\d+[0-9A-Za-z.-]*)/.exec(stdout)?.[1];
  return version === undefined ? { missing: 'traces: bpftrace does not tell its version' } : { version };
}
