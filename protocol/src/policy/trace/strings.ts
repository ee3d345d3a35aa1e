import { CLOSED_SYSCALL_FIELDS, INDEXED_FIELDS, STRING_FIELDS } from './functions.ts';
import type { Clause, Expression } from './syntax.ts';
import { allStatements, expressionsOf, visitExpression } from './syntax.ts';
import { refuseTrace } from './trace-refusal.ts';

const NEAREST = 'str(args->filename)';
const ARITHMETIC: Expression = { type: 'int', text: '1' };
const MAX_STRING_BYTES = 256;

/**
 * Checks where strings come from.
 *
 * `str()` takes a named field, `args->argv[0]`, or a map or scalar into which the program puts
 * nothing but such fields (an entry probe keeps the pointer for the exit probe). In system calls
 * the fields that lead to buffers are closed altogether, for newer versions of bpftrace turn some
 * pointers into text without being asked.
 */
export function checkStrings(clauses: readonly Clause[]): void {
  const sources = collectSources(clauses);
  for (const clause of clauses) {
    const isSyscall = clause.probes.some((probe) => probe.type === 'tracepoint' && /^syscalls$/i.test(probe.category));
    const argv0 = new Set<Expression>();
    for (const expression of clauseExpressions(clause)) {
      visitExpression(expression, (part) => {
        if (part.type === 'call' && part.name === 'str') checkStr(part, { sources, argv0 });
        if (part.type === 'field') checkField(part, isSyscall && !argv0.has(part));
      });
    }
  }
}

/** All expressions of a clause: predicate, statements and branches. */
export function clauseExpressions(clause: Clause): readonly Expression[] {
  const inBody = allStatements(clause.body).flatMap(expressionsOf);
  return clause.predicate ? [clause.predicate, ...inBody] : inBody;
}

type Sources = ReadonlyMap<string, readonly Expression[]>;

function collectSources(clauses: readonly Clause[]): Sources {
  const sources = new Map<string, Expression[]>();
  const add = (name: string, value: Expression): void => {
    sources.set(name, [...(sources.get(name) ?? []), value]);
  };
  for (const clause of clauses) {
    for (const statement of allStatements(clause.body)) {
      if (statement.type !== 'assign') continue;
      // Arithmetic on a pointer could lead anywhere; 1 is no kept name and closes the variable.
      add(statement.target.name, statement.operator === '=' ? statement.value : ARITHMETIC);
    }
    for (const expression of clauseExpressions(clause)) {
      visitExpression(expression, (part) => {
        if (part.type === 'step' && (part.target.type === 'map' || part.target.type === 'scalar')) {
          add(part.target.name, ARITHMETIC);
        }
      });
    }
  }
  return sources;
}

type Call = Extract<Expression, { type: 'call' }>;
type Field = Extract<Expression, { type: 'field' }>;

function checkStr(call: Call, context: { sources: Sources; argv0: Set<Expression> }): void {
  const [from, length] = call.args;
  if (length && !(length.type === 'int' && Number(length.text) <= MAX_STRING_BYTES)) {
    refuseTrace('trace-string', 'the length of str() is a number up to 256', { at: call.at, nearest: NEAREST });
  }
  if (!from || !isNamed(from, context)) {
    refuseTrace('trace-string', 'str() of what is no named field', { at: call.at, nearest: NEAREST });
  }
}

function isNamed(from: Expression, context: { sources: Sources; argv0: Set<Expression> }): boolean {
  if (from.type === 'field') {
    if (from.name === 'argv' && from.index === '0') {
      context.argv0.add(from);
      return true;
    }
    return from.index === undefined && STRING_FIELDS.includes(from.name);
  }
  if (from.type !== 'map' && from.type !== 'scalar') return false;
  const values = context.sources.get(from.name) ?? [];
  return values.length > 0 && values.every((value) => isKeptName(value));
}

function isKeptName(value: Expression): boolean {
  if (value.type === 'int') return value.text === '0';
  return value.type === 'field' && value.index === undefined && STRING_FIELDS.includes(value.name);
}

function checkField(field: Field, isClosedToBuffers: boolean): void {
  if (
    field.index !== undefined &&
    !INDEXED_FIELDS.includes(field.name) &&
    !(field.name === 'argv' && field.index === '0' && !isClosedToBuffers)
  ) {
    refuseTrace('trace-pointer', `elements of args->${field.name} are closed`, { at: field.at, nearest: 'args->ret' });
  }
  if (isClosedToBuffers && CLOSED_SYSCALL_FIELDS.includes(field.name)) {
    refuseTrace('trace-string', `args->${field.name} leads to private data`, {
      at: field.at,
      nearest: 'args->ret, args->fd or args->count',
    });
  }
}
