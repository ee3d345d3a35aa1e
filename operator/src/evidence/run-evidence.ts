import type { AgentTask, AgentTaskSpecAction, AgentTaskStatusResult } from '@nannyapi/crds';
import { errorCode } from '@nannyapi/process';
import { evidenceID, parseEvidenceID } from '@nannyapi/protocol';
import type { EvidenceReader } from './evidence-reader.ts';
import { sliceBytes } from './text-window.ts';

/** Length of a `read` that names none, in bytes. */
export const DEFAULT_READ_BYTES = 16_384;

/** What stands under one evidence id. */
export interface EvidenceText {
  stdout: string;
  stderr: string;
  /** Why the text is not to be had, e.g. a lost chunk; absent when all is well. */
  fault?: string;
}

type Call = { signal: AbortSignal };

/** The evidence of one run, by id. */
export class RunEvidence {
  readonly #tasks: ReadonlyMap<number, AgentTask>;
  readonly #reader: EvidenceReader;

  constructor(steps: readonly { index: number; task: AgentTask }[], reader: EvidenceReader) {
    this.#tasks = new Map(steps.map(({ index, task }) => [index, task]));
    this.#reader = reader;
  }

  /** All ids that can be cited or read: one for each action, each context item and each item of the cluster. */
  ids(): ReadonlySet<string> {
    const ids = [...this.#tasks].flatMap(([index, task]) =>
      [
        ...(task.spec.actions ?? []).map(({ id }) => id),
        ...(task.status?.results ?? []).map(({ actionID }) => actionID),
        ...(task.spec.clusterContext ?? []).map((item) => item.id),
      ].map((id) => evidenceID(index, id)),
    );
    return new Set(ids);
  }

  /** The text under an id; `undefined` when the run has no such evidence. */
  async text(id: string, call: Call): Promise<EvidenceText | undefined> {
    const place = parseEvidenceID(id);
    const task = place && this.#tasks.get(place.step);
    if (!place || !task) return undefined;
    const action = task.spec.actions?.find((each) => each.id === place.actionID);
    if (action?.read) return this.#readAgain(action.read, { reader: place.step, call });
    const result = task.status?.results?.find(({ actionID }) => actionID === place.actionID);
    // An agent names its results; it cannot put its own words in the place of the cluster's.
    const known = task.spec.clusterContext?.find((item) => item.id === place.actionID);
    if (known) return { stdout: known.text, stderr: '' };
    if (!result) return action && { stdout: '', stderr: '' };
    return this.#stored(task, result, call);
  }

  /** The part of older evidence that a `read` action shows; what it names was checked when it was asked for. */
  async #readAgain(
    read: NonNullable<AgentTaskSpecAction['read']>,
    { reader, call }: { reader: number; call: Call },
  ): Promise<EvidenceText> {
    const { evidenceID: id, offsetBytes = 0, lengthBytes = DEFAULT_READ_BYTES } = read;
    // Only what is older may be read, so that no chain of reads ends where it began.
    const isOlder = (parseEvidenceID(id)?.step ?? reader) < reader;
    const target = isOlder ? await this.text(id, call) : undefined;
    if (!target) return { stdout: '', stderr: '', fault: `there is no evidence ${id} older than this step` };
    return { ...target, stdout: sliceBytes(target.stdout, offsetBytes, lengthBytes).text };
  }

  async #stored(task: AgentTask, result: AgentTaskStatusResult, call: Call): Promise<EvidenceText> {
    const stderr = result.stderr ?? '';
    try {
      return { stdout: await this.#reader.read(task, result, call), stderr };
    } catch (error) {
      // What is lost stays lost: the run goes on with the head that is left.
      const code = errorCode(error);
      if (code !== 'EvidenceCorrupt' && code !== 'NotFound') throw error;
      return {
        stdout: result.preview ?? '',
        stderr,
        fault: `only the head is left, the stored output cannot be read (${code})`,
      };
    }
  }
}
