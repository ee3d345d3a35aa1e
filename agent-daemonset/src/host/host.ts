import type { AcceptedCommand, AcceptedTrace, Heartbeat, PathAccess } from '@nannyapi/protocol';
import type { StartedProcess, CommandOutcome } from './command-runner.ts';
import type { TraceOutcome } from './bpftrace-runner.ts';
import type { CollectorHost } from './collector-host.ts';

/** What the host is. */
export type HostFacts = Heartbeat['facts'];
/** What the agent can do there. */
export type HostCapabilities = Heartbeat['capabilities'];

/** Bounds of one command. */
export interface CommandBounds {
  deadlineMs: number;
  /** Bytes of standard output that are kept; more of it ends the run. */
  capBytes: number;
  signal: AbortSignal;
  onStarted?: (started: StartedProcess) => Promise<void> | void;
}

/** Bounds of one trace. */
export interface TraceLimits {
  durationSeconds: number;
  capBytes: number;
  signal: AbortSignal;
  onStarted?: (started: StartedProcess) => Promise<void> | void;
}

/** The machine, as tasks see it. Behind it is the only code that starts processes or touches the host's files. */
export interface Host {
  facts(): Promise<HostFacts>;
  capabilities(): Promise<HostCapabilities>;
  /** Where a path really leads; `stat` does not follow its last part. @throws CodedError `MagicLink`, `NotPlain`. */
  resolvePath(path: string, access: PathAccess): Promise<string>;
  /** @throws CodedError `NotAvailable` when this host lacks the tool or the rights, naming what adds them. */
  runCommand(command: AcceptedCommand, bounds: CommandBounds): Promise<CommandOutcome>;
  /** @throws CodedError `NotAvailable` when this host cannot trace, naming what is missing. */
  runTrace(trace: AcceptedTrace, limits: TraceLimits): Promise<TraceOutcome>;
  /** The host for one collection of context; runs end when the signal aborts. */
  collectorHost(signal: AbortSignal): CollectorHost;
  /** Ends what a dead predecessor left running. @returns how many processes. */
  endLeftovers(processes: readonly StartedProcess[]): Promise<number>;
  close(): Promise<void>;
}
