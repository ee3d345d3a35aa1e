import { access } from 'node:fs/promises';
import type { AcceptedTrace } from '@nannyapi/protocol';
import type { CagedRun } from './caged-run.ts';
import { programOf, runCaged, type CommandOutcome, type RunnerDeps } from './command-runner.ts';
import { RUN_ENVIRONMENT } from './environment.ts';
import type { Tool } from './tools.ts';
import { TraceText } from './trace-text.ts';

/** What a trace brought. */
export interface TraceOutcome extends CommandOutcome {
  /** The maps and lines as text; see {@link TraceText}. */
  text: string;
  lostEvents: number;
  /** False when bpftrace ended before it had attached its probes. */
  isAttached: boolean;
}

/** Bounds of one trace. */
export interface TraceBounds {
  /** Seconds from the moment the probes are attached. */
  durationSeconds: number;
  capBytes: number;
  stderrCapBytes: number;
  signal: AbortSignal;
  onStarted?: (run: CagedRun) => Promise<void> | void;
}

const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';
/** What compiling, attaching and detaching may take beyond the trace itself; measured: half a second. */
const ALLOWANCE_SECONDS = 15;
/** A SIGINT within milliseconds of the attach is lost, and maps take time to print. */
const INTERRUPTS = 8;
/** bpftrace complains about this limit on every start; its programs load all the same. */
const HARMLESS_COMPLAINT = /^.*RLIMIT_MEMLOCK.*\n?/gm;

/** Runs a trace that the policy accepted, for its time, and reads its maps. */
export async function runTrace(
  trace: AcceptedTrace,
  bpftrace: Tool,
  bounds: TraceBounds,
  deps: RunnerDeps,
): Promise<TraceOutcome> {
  const text = new TraceText();
  const decoder = new TextDecoder();
  const { durationSeconds } = bounds;
  const timer: { cancel?: () => void } = {};
  let run: CagedRun | undefined;
  const request = {
    ...programOf(bpftrace),
    args: ['-f', 'json', '-e', withEnd(trace.program, durationSeconds + ALLOWANCE_SECONDS)],
    needs: 'bpftrace',
    network: 'none',
    environment: await traceEnvironment(),
  } as const;
  try {
    const outcome = await runCaged(
      request,
      {
        ...bounds,
        deadlineMs: (durationSeconds + ALLOWANCE_SECONDS) * 1000,
        interrupts: INTERRUPTS,
        onStarted: async (started) => {
          run = started;
          await bounds.onStarted?.(started);
        },
        onStdout: (data) => {
          text.push(decoder.decode(data, { stream: true }));
          if (text.attachedProbes === undefined || timer.cancel) return;
          const end = deps.clock.setTimer(durationSeconds * 1000, () => run?.interrupt('Exit'));
          timer.cancel = () => end.cancel();
        },
      },
      deps,
    );
    return {
      ...outcome,
      text: textOf(text),
      lostEvents: text.lostEvents,
      isAttached: text.attachedProbes !== undefined,
    };
  } finally {
    timer.cancel?.();
  }
}

/** An agent that dies leaves nobody to end its trace; the program then ends itself. */
function withEnd(program: string, afterSeconds: number): string {
  return `${program} interval:s:${afterSeconds} { exit(); }`;
}

/**
 * Without the path of the kernel's types bpftrace asks the kernel for the list of all loaded ones, which takes
 * CAP_SYS_ADMIN.
 */
async function traceEnvironment(): Promise<Record<string, string>> {
  const hasTypes = await access(KERNEL_TYPES).then(
    () => true,
    () => false,
  );
  return { ...RUN_ENVIRONMENT, ...(hasTypes ? { BPFTRACE_BTF: KERNEL_TYPES } : {}) };
}

function textOf(text: TraceText): string {
  if (text.attachedProbes === undefined) return '';
  // One of them is the agent's own.
  const probes = text.attachedProbes - 1;
  const body = text.toString();
  return `Attached ${probes === 1 ? '1 probe' : `${probes} probes`}.\n${body === '' ? 'No events.\n' : body}`;
}

/** Standard error of bpftrace without what it always says. */
export function traceComplaints(stderr: string): string {
  return stderr.replaceAll(HARMLESS_COMPLAINT, '');
}
