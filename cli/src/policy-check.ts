import type { Readable, Writable } from 'node:stream';
import { CASE_KINDS, checkCase, isCaseKind, type CaseKind } from '@nannyapi/protocol';

/** Streams of one `nanny policy check`. */
export interface PolicyCheckDeps {
  /** UTF-8 text, one JSON case a line; blank lines are skipped. */
  readonly input: AsyncIterable<string> | Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

interface PolicyCase {
  readonly id: string | number;
  readonly kind: CaseKind;
  readonly input: string;
}

/**
 * Judges the cases of a stream and prints `{id, verdict, rule, message}` a line; `rule` is null where
 * the verdict is accept. Consults no host.
 *
 * @returns the exit status: 0 when every line was judged, 2 at the first malformed line (what came before it is printed)
 */
export async function runPolicyCheck(deps: PolicyCheckDeps): Promise<number> {
  let number = 0;
  try {
    for await (const line of linesOf(deps.input)) {
      number += 1;
      if (line.trim() === '') continue;
      const parsed = parseCase(line);
      if (typeof parsed === 'string') {
        deps.errors.write(`line ${number}: ${parsed}\n`);
        return 2;
      }
      await print(deps.output, judge(parsed));
    }
  } catch (error) {
    // A file that is missing or no text is the caller's to mend, like a malformed line.
    if (!(error instanceof Error)) throw error;
    deps.errors.write(`after line ${number}: ${error.message}\n`);
    return 2;
  }
  return 0;
}

/** Cuts a stream into lines; a byte order mark at its start is dropped, bytes that are no UTF-8 are an error. */
async function* linesOf(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of input) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}

function judge({ id, kind, input }: PolicyCase): string {
  const verdict = checkCase(kind, input);
  const isRefused = verdict.verdict === 'refuse';
  return JSON.stringify({
    id,
    verdict: verdict.verdict,
    rule: isRefused ? verdict.rule : null,
    message: isRefused ? verdict.message : 'accepted',
  });
}

/** Reads one case, or tells in a sentence what is wrong with the line. */
function parseCase(line: string): PolicyCase | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return 'not valid JSON';
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const { id, kind, input } = value as Record<string, unknown>;
  if (typeof id !== 'string' && typeof id !== 'number') return 'id is missing or no string';
  if (!isCaseKind(kind)) return `kind is none of ${CASE_KINDS.join(', ')}`;
  if (typeof input !== 'string') return 'input is missing or no string';
  return { id, kind, input };
}

async function print(output: Writable, line: string): Promise<void> {
  if (output.write(`${line}\n`)) return;
  await new Promise<void>((resolve, reject) => {
    output.once('drain', resolve);
    output.once('error', reject);
  });
}
