import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { CodedError, type Clock } from '@nannyapi/process';
import { HeadCapture } from '../output/capture.ts';
import type { CageLaunch } from './sandbox/cage.ts';
import type { Quarry } from './quarry.ts';

/** What ended a run. */
export type RunEnd = 'Exit' | 'Deadline' | 'Cancel' | 'OutputCap';

/** Bounds and listeners of one run. */
export interface CagedRunOptions {
  /** Milliseconds of wall time until the program is interrupted. */
  deadlineMs: number;
  /** How many SIGINTs, half a second apart, before SIGKILL at the deadline. bpftrace loses one that comes early. */
  interrupts: number;
  /** Bytes of standard output that are kept; more of it ends the run. */
  capBytes: number;
  /** Bytes of standard error that are kept. */
  stderrCapBytes: number;
  signal: AbortSignal;
  /** Sees standard output as it comes. */
  onStdout?: (data: Buffer) => void;
}

/** How a run ended. */
export interface RunOutcome {
  endedBy: RunEnd;
  exitCode?: number;
  /** Name of the signal that ended the program. */
  signal?: NodeJS.Signals;
  stdout: HeadCapture;
  stderr: HeadCapture;
  /** False when a process of the run could not be killed (uninterruptible sleep): it is still there. */
  isGone: boolean;
}

const INTERRUPT_EVERY_MS = 500;
/** Streams close when the last process that holds them is gone; one that cannot be killed must not hold the agent. */
const CLOSE_DEADLINE_MS = 2_000;
/** Standard error may overrun its cap by this much before the run is ended for it. */
const STDERR_OVERRUN_BYTES = 1024 * 1024;

/**
 * One caged program from start to end.
 *
 * ```
 * spawn ── join the control group ── open the gate ── program runs ──┬─ exits ─────────────┐
 *                                                                    ├─ deadline: SIGINT … ─┤─ kill what is left ─ close
 *                                                                    └─ cap, cancel: SIGKILL┘
 * ```
 */
export class CagedRun {
  readonly #launch: CageLaunch;
  readonly #options: CagedRunOptions;
  readonly #deps: { clock: Clock; quarry: Quarry };
  readonly #stdout: HeadCapture;
  readonly #stderr: HeadCapture;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #closed: Promise<unknown>;
  #endedBy: RunEnd = 'Exit';
  #ending: 'No' | 'Interrupting' | 'Killing' = 'No';
  /** Resolves when all was done to end the program, whether or not it is gone. */
  readonly #stopped = Promise.withResolvers<void>();

  private constructor(launch: CageLaunch, options: CagedRunOptions, deps: { clock: Clock; quarry: Quarry }) {
    this.#launch = launch;
    this.#options = options;
    this.#deps = deps;
    this.#stdout = new HeadCapture(options.capBytes);
    this.#stderr = new HeadCapture(options.stderrCapBytes);
    this.#child = spawn(launch.file, [...launch.args], {
      cwd: '/',
      env: { ...launch.environment },
      // A group of its own: signals for the agent must not reach it, and without control groups it is the handle.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...launch.inputs.map(() => 'pipe' as const)],
      ...launch.identity,
    });
    this.#exited = once(this.#child, 'exit').then(() => undefined);
    this.#exited.catch(() => undefined);
    this.#closed = once(this.#child, 'close');
    this.#closed.catch(() => undefined);
  }

  /**
   * Starts a launch behind its gate and lets it go.
   *
   * @throws CodedError `NotAvailable` when the program cannot be started at all.
   */
  static async start(
    launch: CageLaunch,
    options: CagedRunOptions,
    deps: { clock: Clock; quarry: Quarry },
  ): Promise<CagedRun> {
    const run = new CagedRun(launch, options, deps);
    run.#listen();
    try {
      await once(run.#child, 'spawn');
    } catch (cause) {
      await launch.openGate?.();
      throw new CodedError({ code: 'NotAvailable', message: `${launch.file} does not start`, cause });
    }
    try {
      await deps.quarry.adopt(run.pid);
      await run.#openGate();
    } catch (error) {
      await deps.quarry.kill();
      await launch.openGate?.();
      throw error;
    }
    return run;
  }

  /** Process id of the first program of the chain. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  #listen(): void {
    this.#child.stdout?.on('data', (data: Buffer) => {
      this.#stdout.push(data);
      if (this.#stdout.isCut) this.#stop('OutputCap', 0);
      this.#options.onStdout?.(data);
    });
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#stderr.push(data);
      if (this.#stderr.totalBytes > this.#options.stderrCapBytes + STDERR_OVERRUN_BYTES) this.#stop('OutputCap', 0);
    });
  }

  /** Other inputs first: what the gate lets through may read them at once. */
  async #openGate(): Promise<void> {
    const ordered = [...this.#launch.inputs].sort((one, other) => Number(one.isGate) - Number(other.isGate));
    for (const { fd, content } of ordered) {
      const pipe = this.#child.stdio[fd] as Writable;
      // A chain that dies early breaks the pipe; its exit status tells why.
      pipe.on('error', () => undefined);
      pipe.end(content);
    }
    await this.#launch.openGate?.();
  }

  /** Interrupts the program as at its deadline, which is how a trace is asked for its maps. */
  interrupt(reason: RunEnd = 'Exit'): void {
    this.#stop(reason, this.#options.interrupts);
  }

  /** Waits for the end, whatever brings it. Every process of the run is gone then, or `isGone` is false. */
  async wait(): Promise<RunOutcome> {
    const { clock } = this.#deps;
    const onAbort = (): void => this.#stop('Cancel', 0);
    if (this.#options.signal.aborted) onAbort();
    this.#options.signal.addEventListener('abort', onAbort, { once: true });
    const timer = clock.setTimer(this.#options.deadlineMs, () => this.#stop('Deadline', this.#options.interrupts));
    try {
      await Promise.race([this.#exited, this.#stopped.promise]);
    } finally {
      timer.cancel();
      this.#options.signal.removeEventListener('abort', onAbort);
    }
    // A hunt that goes on would meet the next run of the same user.
    if (this.#ending !== 'No') await this.#stopped.promise;
    const isGone = await this.#deps.quarry.kill();
    await this.#close();
    return { endedBy: this.#endedBy, ...this.#exitOf(), stdout: this.#stdout, stderr: this.#stderr, isGone };
  }

  /** Begins the end once; a kill may overtake interrupts that go on, never the other way round. */
  #stop(reason: RunEnd, interrupts: number): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const step = interrupts === 0 ? 'Killing' : 'Interrupting';
    if (this.#ending === step || this.#ending === 'Killing') return;
    if (this.#ending === 'No') this.#endedBy = reason;
    this.#ending = step;
    // A kill that fails is told by `isGone`; the wait must end all the same.
    this.#end(interrupts).then(this.#stopped.resolve, this.#stopped.resolve);
  }

  async #end(interrupts: number): Promise<void> {
    for (let sent = 0; sent < interrupts; sent += 1) {
      await this.#deps.quarry.interrupt(this.#launch.hasKeeper ? this.pid : undefined);
      if (await this.#exitsWithin(INTERRUPT_EVERY_MS)) return;
    }
    await this.#deps.quarry.kill();
    await this.#exitsWithin(INTERRUPT_EVERY_MS);
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    const stop = new AbortController();
    const late = this.#deps.clock.sleep(ms, { signal: stop.signal }).then(
      () => false,
      () => false,
    );
    const isExited = await Promise.race([this.#exited.then(() => true), late]);
    stop.abort();
    return isExited;
  }

  async #close(): Promise<void> {
    const stop = new AbortController();
    const late = this.#deps.clock.sleep(CLOSE_DEADLINE_MS, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([this.#closed, late]);
    stop.abort();
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #exitOf(): Pick<RunOutcome, 'exitCode' | 'signal'> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null) return signalCode === null ? {} : { signal: signalCode };
    // bwrap tells of a signal as a shell does.
    const signal = this.#launch.hasKeeper ? FATAL_SIGNALS[exitCode - 128] : undefined;
    return signal === undefined ? { exitCode } : { exitCode, signal };
  }
}

/** Signals that a limit, a fault or the agent itself sends; by number. */
const FATAL_SIGNALS: Readonly<Record<number, NodeJS.Signals>> = {
  2: 'SIGINT',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};
