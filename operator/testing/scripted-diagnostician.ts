import type { Diagnostician, DiagnosisInput, DiagnosisReply } from '../src/diagnosticians/diagnostician.ts';

/** What the script answers to one question. */
export type Line = (input: DiagnosisInput, call: { signal: AbortSignal }) => Promise<DiagnosisReply> | DiagnosisReply;

/**
 * A diagnostician that follows a script, one line a question, in order.
 *
 * A question beyond the script throws, so that a test sees every model call that was one too many.
 */
export class ScriptedDiagnostician implements Diagnostician {
  readonly name = 'scripted';
  /** Every question asked. */
  readonly asked: DiagnosisInput[] = [];
  readonly #lines: Line[];

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  async next(input: DiagnosisInput, call: { signal: AbortSignal }): Promise<DiagnosisReply> {
    this.asked.push(input);
    const line = this.#lines[this.asked.length - 1];
    if (!line) throw new Error(`Question ${this.asked.length} was not expected`);
    return line(input, call);
  }
}
