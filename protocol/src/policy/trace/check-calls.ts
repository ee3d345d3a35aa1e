import { shown } from '../verdict.ts';
import { TRACE_FUNCTIONS } from './functions.ts';
import type { Clause, Expression } from './syntax.ts';
import { allStatements, expressionsOf, visitExpression } from './syntax.ts';
import { refuseTrace } from './trace-refusal.ts';

type Call = Extract<Expression, { type: 'call' }>;

const FORMAT = /^(?:[^%]|%%|%[-+ 0#]*\d{0,3}(?:\.\d{1,3})?(?:l|ll|h|hh)?[diuxXcspo])*$/;
const MAX_BUCKETS = 1000;
const MAX_STACK_FRAMES = 127;
const MAX_HIST_BITS = 5;

/** Checks that calls stand where their role lets them, with arguments of the right kind. */
export function checkCalls(clauses: readonly Clause[]): void {
  for (const clause of clauses) {
    if (clause.predicate) checkValue(clause.predicate);
    for (const statement of allStatements(clause.body)) {
      if (statement.type === 'expression' && statement.value.type === 'call') {
        checkStatementCall(statement.value);
      } else if (
        statement.type === 'assign' &&
        statement.value.type === 'call' &&
        roleOf(statement.value) === 'aggregate'
      ) {
        if (statement.target.type !== 'map' || statement.operator !== '=') {
          refuseTrace('trace-function', `${statement.value.name}() fills a map`, {
            at: statement.value.at,
            nearest: '@[comm] = count();',
          });
        }
        statement.target.keys.forEach(checkValue);
        checkArguments(statement.value);
      } else {
        expressionsOf(statement).forEach(checkValue);
      }
    }
  }
}

function roleOf(call: Call): string | undefined {
  return TRACE_FUNCTIONS[call.name]?.role;
}

function checkStatementCall(call: Call): void {
  const role = roleOf(call);
  if (role === 'aggregate' || role === 'value') {
    refuseTrace('trace-function', `${call.name}() alone does nothing`, { at: call.at, nearest: '@[comm] = count();' });
  }
  if (role === 'mapChange' && call.args[0]?.type !== 'map') {
    refuseTrace('trace-function', `${call.name}() takes a map`, { at: call.at, nearest: `${call.name}(@start[tid])` });
  }
  if (call.name === 'printf' || call.name === 'time') checkFormat(call);
  checkArguments(call);
}

function checkFormat(call: Call): void {
  const [format] = call.args;
  if (format === undefined) return;
  if (format.type !== 'string') {
    return refuseTrace('trace-function', `the format of ${call.name}() is a literal`, {
      at: call.at,
      nearest: 'printf("%s %d\\n", comm, args->ret)',
    });
  }
  if (call.name === 'printf' && !FORMAT.test(format.raw)) {
    refuseTrace('trace-function', `the format ${shown(format.raw)} has a closed conversion`, {
      at: call.at,
      nearest: '%d, %u, %x, %s, %c',
    });
  }
}

function checkArguments(call: Call): void {
  const spec = TRACE_FUNCTIONS[call.name];
  if (!spec || call.args.length < spec.min || call.args.length > spec.max) {
    refuseTrace('trace-function', `${call.name}() has ${call.args.length} arguments`, { at: call.at });
  }
  checkSpecialArguments(call);
  call.args.forEach(checkValue);
}

function checkSpecialArguments(call: Call): void {
  const { name, args, at } = call;
  if (name === 'lhist') {
    const [min, max, step] = args.slice(1).map(literal);
    const buckets = min === undefined || max === undefined || step === undefined ? Number.NaN : (max - min) / step;
    if (!(buckets > 0 && buckets <= MAX_BUCKETS)) {
      refuseTrace('trace-map', 'lhist() needs literal bounds with at most 1,000 buckets', {
        at,
        nearest: 'lhist(args->ret, 0, 1000, 10)',
      });
    }
  }
  if (name === 'hist' && args[1] !== undefined && !((literal(args[1]) ?? Infinity) <= MAX_HIST_BITS)) {
    refuseTrace('trace-map', 'hist() takes 0 to 5 bits', { at, nearest: 'hist(args->ret)' });
  }
  if (name === 'kstack' || name === 'ustack') {
    const fits = args.every((arg) => arg.type === 'word' || (literal(arg) ?? Infinity) <= MAX_STACK_FRAMES);
    if (!fits) refuseTrace('trace-function', `${name}() takes at most 127 frames`, { at, nearest: `${name}(10)` });
  }
  if (name === 'cgroupid') {
    const [path] = args;
    if (path?.type !== 'string' || !/^\/sys\/fs\/cgroup\/[\w.@/:-]*$/.test(path.raw) || path.raw.includes('..')) {
      refuseTrace('trace-function', 'cgroupid() takes a folder below /sys/fs/cgroup', { at });
    }
  }
  if (name === 'strftime' && args[0]?.type !== 'string') {
    refuseTrace('trace-function', 'the format of strftime() is a literal', {
      at,
      nearest: 'strftime("%H:%M:%S", nsecs)',
    });
  }
}

function literal(expression: Expression): number | undefined {
  if (expression.type === 'int') return Number(expression.text);
  if (expression.type !== 'unary' || expression.operator !== '-' || expression.operand.type !== 'int') return undefined;
  return -Number(expression.operand.text);
}

/** Inside a value only functions that give one may be called. */
function checkValue(expression: Expression): void {
  visitExpression(expression, (part) => {
    if (part.type !== 'call') return;
    const role = roleOf(part);
    if (role !== 'value') {
      refuseTrace('trace-function', `${part.name}() gives no value`, { at: part.at, nearest: '@[comm] = count();' });
    }
    const spec = TRACE_FUNCTIONS[part.name];
    if (!spec || part.args.length < spec.min || part.args.length > spec.max) {
      refuseTrace('trace-function', `${part.name}() has ${part.args.length} arguments`, { at: part.at });
    }
    checkSpecialArguments(part);
  });
}
