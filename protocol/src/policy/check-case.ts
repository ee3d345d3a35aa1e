import { checkCommandLine } from './check-command.ts';
import { checkToolCall } from './calls/tool-call.ts';
import { checkTrace } from './trace/check-trace.ts';
import { unreachable } from './unreachable.ts';
import type { PolicyVerdict } from './verdict.ts';
import { refuse } from './verdict.ts';

/** The kinds of input that `checkCase` judges. */
export const CASE_KINDS = ['cmd', 'bpftrace', 'bpftrace-argv', 'json'] as const;

/** One kind of input. */
export type CaseKind = (typeof CASE_KINDS)[number];

/** Whether a text names a kind of input. */
export function isCaseKind(kind: unknown): kind is CaseKind {
  return CASE_KINDS.some((known) => known === kind);
}

/** Judges one input by its kind: a command line, a bpftrace program, a bpftrace command line, or a whole call as JSON text. */
export function checkCase(kind: CaseKind, input: string): PolicyVerdict {
  switch (kind) {
    case 'cmd':
      return checkCommandLine(input);
    case 'bpftrace':
      return checkTrace(input);
    case 'bpftrace-argv':
      return refuse(
        'trace-argv',
        'a command line of bpftrace',
        'the program alone: {"tool":"trace","program":"...","durationSeconds":10}',
      );
    case 'json':
      return checkToolCall(input);
  }
  return unreachable(kind);
}
