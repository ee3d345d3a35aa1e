import { shown } from '../verdict.ts';
import type { ExpressionPlace } from './parse-expression.ts';
import { parseExpression } from './parse-expression.ts';
import { parseProbe } from './probes.ts';
import type { Clause, Expression, Probe, Statement } from './syntax.ts';
import { TokenReader } from './tokens.ts';
import { refuseTrace } from './trace-refusal.ts';

const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '|=', '&=', '^=', '<<=', '>>='];
const LOOPS = ['while', 'for', 'unroll', 'continue', 'break'];
const MAX_DEPTH = 12;

/** Parses a program, or ends in a `TraceRefusal` that names the place. */
export function parseProgram(source: string): readonly Clause[] {
  const reader = new TokenReader(source);
  const clauses: Clause[] = [];
  while (!reader.isAtEnd()) clauses.push(parseClause(reader));
  if (clauses.length === 0) refuseTrace('trace-syntax', 'the program is empty');
  return clauses;
}

function parseClause(reader: TokenReader): Clause {
  const at = reader.at;
  const probes: Probe[] = [];
  do probes.push(readProbe(reader));
  while (reader.take(','));
  const predicate = reader.take('/') ? parsePredicate(reader) : undefined;
  return { probes, predicate, body: parseBlock(reader, 0), at };
}

function readProbe(reader: TokenReader): Probe {
  const start = reader.at;
  const word = reader.readProbeWord();
  if (
    word === 'config' ||
    word === 'import' ||
    word === 'macro' ||
    word === 'fn' ||
    word === 'struct' ||
    word === 'let'
  ) {
    refuseTrace('trace-syntax', `a ${word} block is not part of the grammar`, { at: start });
  }
  return parseProbe(word, start);
}

function parsePredicate(reader: TokenReader): Expression {
  const predicate = parseExpression(reader, { depth: 0, slashEnds: true });
  reader.expect('/');
  return predicate;
}

function parseBlock(reader: TokenReader, depth: number): readonly Statement[] {
  if (depth > MAX_DEPTH) refuseTrace('trace-size', 'the program is nested too deep', { at: reader.at });
  reader.expect('{');
  const statements: Statement[] = [];
  while (!reader.take('}')) {
    if (reader.take(';')) continue;
    const statement = parseStatement(reader, depth);
    statements.push(statement);
    if (statement.type === 'if' || reader.take(';')) continue;
    reader.expect('}');
    return statements;
  }
  return statements;
}

function parseStatement(reader: TokenReader, depth: number): Statement {
  const token = reader.peek();
  if (token.type === 'name') {
    if (LOOPS.includes(token.text)) refuseTrace('trace-loop', `${token.text} is a loop`, { at: token.at });
    if (reader.take('if')) return parseIf(reader, depth);
    if (reader.take('return')) return { type: 'return' };
  }
  const place: ExpressionPlace = { depth, slashEnds: false };
  const value = parseExpression(reader, place);
  const operator = reader.peek();
  if (operator.type === 'punctuation' && ASSIGNMENTS.includes(operator.text)) {
    reader.next();
    if (value.type !== 'map' && value.type !== 'scalar') {
      return refuseTrace('trace-syntax', 'only maps and scalars are assigned', { at: operator.at });
    }
    return { type: 'assign', target: value, operator: operator.text, value: parseExpression(reader, place) };
  }
  if (value.type !== 'call' && value.type !== 'step') {
    refuseTrace('trace-syntax', `${shown(token.text)} starts no statement`, { at: token.at });
  }
  return { type: 'expression', value, at: token.at };
}

function parseIf(reader: TokenReader, depth: number): Statement {
  reader.expect('(');
  const condition = parseExpression(reader, { depth: depth + 1, slashEnds: false });
  reader.expect(')');
  const whenTrue = parseBlock(reader, depth + 1);
  if (!reader.take('else')) return { type: 'if', condition, whenTrue, otherwise: undefined };
  if (reader.take('if')) return { type: 'if', condition, whenTrue, otherwise: [parseIf(reader, depth + 1)] };
  return { type: 'if', condition, whenTrue, otherwise: parseBlock(reader, depth + 1) };
}
