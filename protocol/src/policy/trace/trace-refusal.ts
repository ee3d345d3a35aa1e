import type { RuleID } from '../rules.ts';
import type { Refusal } from '../verdict.ts';
import { refuse } from '../verdict.ts';
import type { Offset } from './syntax.ts';

/** Carries a refusal out of the depth of the parser; `checkTrace` turns it into a verdict. */
export class TraceRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Ends the judgement of a trace with a refusal that names the place. */
export function refuseTrace(
  rule: RuleID,
  what: string,
  place: { readonly at?: Offset; readonly nearest?: string } = {},
): never {
  const where = place.at === undefined ? '' : ` at character ${place.at + 1}`;
  throw new TraceRefusal(refuse(rule, `${what}${where}`, place.nearest ?? NEAREST));
}

const NEAREST = 'tracepoint:syscalls:sys_exit_openat /args->ret < 0/ { @[comm, args->ret] = count(); }';
