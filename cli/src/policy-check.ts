import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
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
  const input = deps.input instanceof Readable ? deps.input : Readable.from(deps.input);
  let failure: Error | undefined;
  // readline leaves errors of its input unheard; they must end the loop and be told.
  const lines = createInterface({ input, crlfDelay: Infinity });
  input.once('error', (error: Error) => {
    failure = error;
    lines.close();
  });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    const parsed = parseCase(text);
    if (typeof parsed === 'string') {
      deps.errors.write(`line ${number}: ${parsed}\n`);
      lines.close();
      return 2;
    }
    await print(deps.output, judge(parsed));
  }
  if (!failure) return 0;
  deps.errors.write(`cannot read the cases: ${failure.message}\n`);
  return 2;
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
