import type { TraceVerdict } from '../verdict.ts';
import { refuse } from '../verdict.ts';
import { checkCalls } from './check-calls.ts';
import { TRACE_LIMITS, checkLoad } from './check-load.ts';
import { parseProgram } from './parse-program.ts';
import { printProgram } from './print-program.ts';
import { printProbe } from './probes.ts';
import { checkStrings } from './strings.ts';
import { TraceRefusal } from './trace-refusal.ts';

/**
 * Judges a bpftrace program; accepted programs come back written anew from what was parsed.
 *
 * Consults no host: whether a tracepoint exists there is another question.
 */
export function checkTrace(program: string): TraceVerdict {
  if (program.length > TRACE_LIMITS.maxCharacters) {
    return refuse('trace-size', `the program has ${program.length} characters`, 'at most 4,096');
  }
  const strange = /[^ -~\n\t]/u.exec(program);
  if (strange) return refuse('plain-ascii', `a character outside printable ASCII at character ${strange.index + 1}`);
  try {
    const clauses = parseProgram(program);
    checkCalls(clauses);
    checkStrings(clauses);
    checkLoad(clauses);
    return {
      verdict: 'accept',
      tool: 'trace',
      program: printProgram(clauses),
      probes: clauses.flatMap((clause) => clause.probes.map(printProbe)),
    };
  } catch (error) {
    if (error instanceof TraceRefusal) return error.refusal;
    throw error;
  }
}
