import type { Cancel, Progress, Task, TaskResult } from '@nannyapi/protocol';
import { CodedError, errorCode, errorMessage, withDeadline, type Clock, type Logger } from '@nannyapi/process';
import type { ControlPlane } from '../connection/control-plane.ts';
import type { Journal } from '../journal/journal.ts';
import { OutputBudget } from '../output/output-budget.ts';
import type { OutputSpool } from '../output/spool.ts';
import type { ResultSender } from '../reporting/result-sender.ts';
import { unknownResult } from './unknown-result.ts';
import type { TaskRegistry } from './registry.ts';
import type { ActionResult, TaskCall, TaskEnd } from './task-call.ts';

/** What the desk needs. */
export interface TaskDeskDeps {
  journal: Journal;
  spool: OutputSpool;
  controlPlane: ControlPlane;
  sender: ResultSender;
  registry: TaskRegistry;
  policyHash: string;
  clock: Clock;
  log: Logger;
}

/** Tasks that run at one time; each is mostly waiting for its programs. */
const MAX_RUNNING = 4;
const DEFAULT_OUTPUT_BYTES = 4 * 1024 * 1024;
/** Uids that are remembered as done with, for events that were on their way. */
const MAX_REMEMBERED = 1000;

/** One task between its event and its result. */
interface Desk {
  task: Task;
  abort: AbortController;
}

/**
 * Takes tasks off the stream and sees each one to its end: at most once started, always reported.
 *
 * ```
 * event ─┬─ running here, or waiting ──────── nothing to do
 *        ├─ result in the journal ─────────── send it again
 *        ├─ claimed, and not in the journal ─ Unknown: another journal, or a lost one, may have run it
 *        └─ new ── claim ── Started on disk ── handler ── Ended on disk ── send
 * ```
 */
export class TaskDesk {
  readonly #deps: TaskDeskDeps;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, Desk>();
  readonly #waiting: Desk[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #doneWith = new Set<string>();
  /** News go out one after the other, so that they arrive in order. */
  #told: Promise<void> = Promise.resolve();
  /** Clock of the control plane minus ours, in milliseconds. */
  #skewMs = 0;

  /** @param signal aborts when the agent shuts down: what runs is then killed and reported. */
  constructor(deps: TaskDeskDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#abortAll(), { once: true });
  }

  /** Notes the control plane's clock, by which `notAfterTime` is meant. */
  setServerTime(serverTime: string): void {
    this.#skewMs = Date.parse(serverTime) - this.#deps.clock.now().getTime();
  }

  /** Handles the event of an open task. */
  onTask(task: Task): void {
    if (this.#signal.aborted || this.#doneWith.has(task.uid)) return;
    const held = this.#held.get(task.uid);
    if (held) {
      if (task.spec.cancel) held.abort.abort(cancelled('Cancelled'));
      return;
    }
    const desk: Desk = { task, abort: new AbortController() };
    this.#held.set(task.uid, desk);
    this.#waiting.push(desk);
    this.#admit();
  }

  /** Handles the event that a task is to be stopped. */
  onCancel({ uid, reason }: Cancel): void {
    this.#held.get(uid)?.abort.abort(cancelled(reason));
  }

  /** Waits until nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #admit(): void {
    while (this.#running.size < MAX_RUNNING && !this.#signal.aborted) {
      const desk = this.#waiting.shift();
      if (!desk) return;
      const work = this.#see(desk).finally(() => {
        this.#running.delete(work);
        this.#held.delete(desk.task.uid);
        this.#admit();
      });
      this.#running.add(work);
    }
  }

  #abortAll(): void {
    this.#waiting.length = 0;
    for (const { abort } of this.#held.values()) {
      abort.abort(new CodedError({ code: 'ShuttingDown', message: 'The agent was stopped', status: 503 }));
    }
  }

  /** Never rejects: one task's trouble must not end the agent. */
  async #see(desk: Desk): Promise<void> {
    const { uid, name, namespace } = desk.task;
    try {
      await this.#decide(desk);
    } catch (error) {
      this.#deps.log.error({ taskID: uid, name, namespace, err: error }, 'Could not handle a task');
    }
  }

  async #decide(desk: Desk): Promise<void> {
    const { journal, log } = this.#deps;
    const { uid, name, namespace, claim } = desk.task;
    const known = journal.find(uid);
    if (known?.state === 'Ended') return this.#send(uid);
    if (claim && !known) {
      log.warn({ taskID: uid, name, namespace }, 'A task was claimed with a journal that this agent does not have');
      return this.#endUnstarted(desk, {
        outcome: 'Unknown',
        message: 'It was claimed under another journal of this agent, so it may have run. It is not started again.',
      });
    }
    if (await this.#claim(desk)) await this.#run(desk);
  }

  /** @returns true when the task is ours to start. */
  async #claim(desk: Desk): Promise<boolean> {
    const { journal, controlPlane, policyHash, log } = this.#deps;
    const { uid, name, namespace, spec } = desk.task;
    await journal.claiming({ uid, name, namespace, type: spec.type });
    try {
      await controlPlane.claim(uid, { journalID: journal.id, policyHash }, desk.abort.signal);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'TaskClaimedElsewhere') {
        await this.#endUnstarted(desk, { outcome: 'Unknown', message: 'Another journal of this agent claimed it.' });
        return false;
      }
      if (code === 'TaskCancelled' || code === 'TaskExpired') {
        await this.#endUnstarted(desk, { outcome: 'Cancelled', message: `Not started: ${errorMessage(error)}.` });
        return false;
      }
      // Nothing has run. When the agent is stopped or the control plane is away, the task is claimed another time.
      if (this.#signal.aborted) return false;
      log.info({ taskID: uid, name, namespace, code }, 'Did not get a task');
      await this.#forget(uid);
      return false;
    }
    return true;
  }

  async #run(desk: Desk): Promise<void> {
    const { journal, clock, log } = this.#deps;
    const { uid, name, namespace, spec } = desk.task;
    if (spec.notAfterTime !== undefined && clock.now().getTime() + this.#skewMs > Date.parse(spec.notAfterTime)) {
      return this.#endUnstarted(desk, {
        outcome: 'TimedOut',
        message: `Not started: it came after ${spec.notAfterTime}.`,
      });
    }
    if (desk.abort.signal.aborted && this.#signal.aborted) return undefined;
    await journal.started(uid);
    log.info({ taskID: uid, name, namespace, type: spec.type, actions: spec.actions?.length }, 'Started task');
    const results: ActionResult[] = [];
    const end = await this.#handle(desk, results);
    if (isDeleted(desk.abort.signal)) {
      log.info({ taskID: uid, name, namespace }, 'Dropped a task that was deleted');
      return this.#forget(uid);
    }
    await journal.ended(uid, this.#resultOf(end, results));
    return this.#send(uid);
  }

  async #handle(desk: Desk, results: ActionResult[]): Promise<TaskEnd> {
    const { registry, clock, log } = this.#deps;
    const { task, abort } = desk;
    using deadline = withDeadline(task.spec.timeoutSeconds * 1000, { signal: abort.signal, clock });
    const startMs = clock.monotonicMs();
    const remainingSeconds = (): number => task.spec.timeoutSeconds - (clock.monotonicMs() - startMs) / 1000;
    try {
      const call = this.#callOf(task, results, { signal: deadline.signal, remainingSeconds });
      return await registry.handlerOf(task.spec.type).run(call);
    } catch (error) {
      log.error({ taskID: task.uid, name: task.name, namespace: task.namespace, err: error }, 'A task broke');
      return { outcome: 'Failed', message: 'The agent could not carry it out; its log says why.' };
    }
  }

  #callOf(task: Task, results: ActionResult[], bounds: Pick<TaskCall, 'signal' | 'remainingSeconds'>): TaskCall {
    const { journal, log } = this.#deps;
    const { uid } = task;
    return {
      task,
      ...bounds,
      budget: new OutputBudget(task.spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES),
      progress: (progress) => this.#tell(uid, progress),
      actionStarted: async (action) => journal.actionStarted(uid, action),
      async actionEnded(result) {
        results.push(result);
        await journal.actionEnded(uid, result);
        const { actionID, source, outcome, message } = result;
        log.info({ taskID: uid, actionID, source, outcome, message }, 'Ended action');
      },
    };
  }

  #tell(uid: string, progress: Omit<Progress, 'time'>): void {
    const { controlPlane, clock, log } = this.#deps;
    const body = { ...progress, time: clock.now().toISOString() };
    const told = this.#told.then(async () => controlPlane.progress(uid, body, this.#signal));
    this.#told = told.catch((error: unknown) => {
      // People who watch miss a line; the run does not depend on it.
      log.debug({ taskID: uid, code: errorCode(error) }, 'Could not tell progress');
    });
  }

  async #endUnstarted(desk: Desk, end: TaskEnd): Promise<void> {
    const { journal } = this.#deps;
    const { uid, name, namespace, spec } = desk.task;
    await journal.claiming({ uid, name, namespace, type: spec.type });
    await journal.ended(uid, this.#resultOf(end, []));
    await this.#send(uid);
  }

  #resultOf(end: TaskEnd, results: ActionResult[]): TaskResult {
    return { journalID: this.#deps.journal.id, ...end, results };
  }

  /** Reports while the agent lives, also while it is being stopped. */
  async #send(uid: string): Promise<void> {
    await this.#deps.sender.send(uid);
    if (!this.#deps.journal.find(uid)) this.#remember(uid);
  }

  async #forget(uid: string): Promise<void> {
    await this.#deps.journal.acknowledged(uid);
    await this.#deps.spool.discard(uid);
    this.#remember(uid);
  }

  #remember(uid: string): void {
    this.#doneWith.add(uid);
    if (this.#doneWith.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#doneWith;
    if (oldest !== undefined) this.#doneWith.delete(oldest);
  }

  /** Ends as Unknown what a dead predecessor had started, and sends what it had not delivered. */
  async recover(): Promise<void> {
    const { journal, log } = this.#deps;
    for (const open of journal.openTasks()) {
      if (open.state === 'Claiming') continue;
      const { uid, name, namespace } = open.task;
      if (open.state === 'Started') {
        log.warn(
          { taskID: uid, name, namespace, action: open.running?.source },
          'The agent died in this task, its end is unknown',
        );
        await journal.ended(uid, unknownResult(journal.id, open));
      }
      this.#running.add(track(this.#running, this.#send(uid)));
    }
  }
}

function track(set: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  const tracked = work.finally(() => set.delete(tracked));
  return tracked;
}

function cancelled(reason: Cancel['reason']): CodedError {
  const message = reason === 'Deleted' ? 'The task was deleted' : 'The task was cancelled';
  return new CodedError({ code: `Task${reason}`, message, status: 409 });
}

function isDeleted(signal: AbortSignal): boolean {
  return signal.reason instanceof CodedError && signal.reason.code === 'TaskDeleted';
}
