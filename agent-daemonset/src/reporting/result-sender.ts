import type { TaskResult } from '@nannyapi/protocol';
import { CodedError, errorCode, errorMessage, type Logger } from '@nannyapi/process';
import type { ControlPlane } from '../connection/control-plane.ts';
import type { Journal } from '../journal/journal.ts';
import type { OutputSpool } from '../output/spool.ts';

/** What the sender needs. */
export interface ResultSenderDeps {
  journal: Journal;
  spool: OutputSpool;
  controlPlane: ControlPlane;
  log: Logger;
}

/**
 * Carries results to the control plane, chunks first, until each is acknowledged or known to be unwanted. What it has
 * not delivered when the agent stops lies in journal and spool for the next one.
 */
export class ResultSender {
  readonly #deps: ResultSenderDeps;
  readonly #signal: AbortSignal;
  readonly #sending = new Map<string, Promise<void>>();

  /** @param signal gives up delivering; what is left stays in the journal. */
  constructor(deps: ResultSenderDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Delivers the journalled result of a task; a second call for the same task joins the first. Never rejects. */
  async send(uid: string): Promise<void> {
    const sending = this.#sending.get(uid) ?? this.#deliver(uid, this.#signal).finally(() => this.#sending.delete(uid));
    this.#sending.set(uid, sending);
    await sending;
  }

  /** Waits for all that is on its way. */
  async idle(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  async #deliver(uid: string, signal: AbortSignal): Promise<void> {
    const { journal, spool, log } = this.#deps;
    const result = journal.find(uid)?.result;
    if (!result) return;
    try {
      const cut = await this.#sendChunks(uid, signal);
      await this.#sendResult(uid, withCuts(result, cut), signal);
      await journal.acknowledged(uid);
      await spool.discard(uid);
      log.info({ taskID: uid, outcome: result.outcome }, 'Reported result');
    } catch (error) {
      if (!signal.aborted) log.error({ taskID: uid, err: error }, 'Could not report a result, it stays in the journal');
    }
  }

  /** @returns actions whose output the control plane would not take whole. */
  async #sendChunks(uid: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { spool, controlPlane, log } = this.#deps;
    const cut = new Set<string>();
    for (const chunk of await spool.pending(uid)) {
      if (cut.has(chunk.actionID)) continue;
      try {
        await controlPlane.output({ taskUID: uid, ...chunk }, await spool.read(chunk), signal);
        await spool.sent(chunk);
      } catch (error) {
        if (!isDecision(error)) throw error;
        log.warn({ taskID: uid, actionID: chunk.actionID, code: errorCode(error) }, 'Output was not taken whole');
        cut.add(chunk.actionID);
      }
    }
    return cut;
  }

  async #sendResult(uid: string, result: TaskResult, signal: AbortSignal): Promise<void> {
    const { controlPlane, log } = this.#deps;
    try {
      await controlPlane.result(uid, result, signal);
    } catch (error) {
      if (!isDecision(error)) throw error;
      if (!isMalformed(error)) {
        log.warn({ taskID: uid, code: errorCode(error) }, 'The control plane wants no result of this task');
        return;
      }
      log.error({ taskID: uid, err: error }, 'The control plane could not read a result, reporting the outcome alone');
      await this.#sendBare(uid, result, { reason: errorMessage(error), signal });
    }
  }

  /** A result that cannot be read must not leave the task open for ever. */
  async #sendBare(uid: string, result: TaskResult, call: { reason: string; signal: AbortSignal }): Promise<void> {
    const message = `The details of this result could not be read: ${call.reason}`.slice(0, 1024);
    try {
      await this.#deps.controlPlane.result(uid, { ...result, message, results: [] }, call.signal);
    } catch (error) {
      if (!isDecision(error)) throw error;
      this.#deps.log.error({ taskID: uid, err: error }, 'The control plane took no result of this task at all');
    }
  }
}

/** An answer that another try would not change. */
function isDecision(error: unknown): error is CodedError {
  return error instanceof CodedError && error.status >= 400 && error.status < 500;
}

function isMalformed(error: CodedError): boolean {
  return error.status === 400 || error.status === 413 || error.status === 415 || error.status === 422;
}

function withCuts(result: TaskResult, cut: ReadonlySet<string>): TaskResult {
  if (cut.size === 0) return result;
  const results = result.results.map((item) => (cut.has(item.actionID) ? { ...item, truncated: true } : item));
  return { ...result, results };
}
