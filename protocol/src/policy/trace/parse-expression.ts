import { shown } from '../verdict.ts';
import { unreachable } from '../unreachable.ts';
import { INTEGER_TYPES, TRACE_BUILTINS, TRACE_FUNCTIONS, TRACE_WORDS } from './functions.ts';
import type { Expression, Target } from './syntax.ts';
import type { Token, TokenReader } from './tokens.ts';
import { refuseTrace } from './trace-refusal.ts';

const MAX_DEPTH = 24;

/** How an expression is read: how deep it stands, and whether a slash ends it (in a predicate). */
export interface ExpressionPlace {
  readonly depth: number;
  readonly slashEnds: boolean;
}

/** Binary operators from the loosest to the tightest. */
const BINARY_LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Reads one expression. */
export function parseExpression(reader: TokenReader, place: ExpressionPlace): Expression {
  if (place.depth > MAX_DEPTH) refuseTrace('trace-size', 'the program is nested too deep', { at: reader.at });
  const condition = parseBinary(reader, place, 0);
  if (!reader.take('?')) return condition;
  const whenTrue = parseExpression(reader, deeper(place));
  reader.expect(':');
  return { type: 'ternary', condition, whenTrue, otherwise: parseExpression(reader, deeper(place)) };
}

function deeper(place: ExpressionPlace): ExpressionPlace {
  return { ...place, depth: place.depth + 1 };
}

function inBrackets(place: ExpressionPlace): ExpressionPlace {
  return { depth: place.depth + 1, slashEnds: false };
}

function parseBinary(reader: TokenReader, place: ExpressionPlace, level: number): Expression {
  const operators = BINARY_LEVELS[level];
  if (!operators) return parseUnary(reader, place);
  let left = parseBinary(reader, place, level + 1);
  for (;;) {
    const { type, text } = reader.peek();
    if (type !== 'punctuation' || !operators.includes(text) || (text === '/' && place.slashEnds)) return left;
    reader.next();
    left = { type: 'binary', operator: text, left, right: parseBinary(reader, place, level + 1) };
  }
}

function parseUnary(reader: TokenReader, place: ExpressionPlace): Expression {
  const token = reader.peek();
  if (token.type === 'punctuation') {
    if (token.text === '*' || token.text === '&') {
      refuseTrace('trace-pointer', `${shown(token.text)} takes or follows an address`, { at: token.at });
    }
    if (token.text === '++' || token.text === '--') {
      reader.next();
      return { type: 'step', operator: token.text, target: parseTarget(reader, place) };
    }
    if (['!', '-', '~'].includes(token.text)) {
      reader.next();
      if (place.depth > MAX_DEPTH) refuseTrace('trace-size', 'the program is nested too deep', { at: token.at });
      return { type: 'unary', operator: token.text, operand: parseUnary(reader, deeper(place)) };
    }
  }
  return parsePostfix(reader, place);
}

function parseTarget(reader: TokenReader, place: ExpressionPlace): Target {
  const target = parsePrimary(reader, place);
  if (target.type === 'map' || target.type === 'scalar') return target;
  return refuseTrace('trace-syntax', 'only maps and scalars can change', { at: reader.at });
}

function parsePostfix(reader: TokenReader, place: ExpressionPlace): Expression {
  const value = parsePrimary(reader, place);
  const token = reader.peek();
  if (token.type !== 'punctuation') return value;
  if ((token.text === '++' || token.text === '--') && (value.type === 'map' || value.type === 'scalar')) {
    reader.next();
    return { type: 'step', operator: token.text, target: value };
  }
  if (['->', '.', '['].includes(token.text)) {
    refuseTrace('trace-pointer', `${shown(token.text)} after anything but args follows a pointer`, { at: token.at });
  }
  return value;
}

function parsePrimary(reader: TokenReader, place: ExpressionPlace): Expression {
  const token = reader.next();
  switch (token.type) {
    case 'int':
      return { type: 'int', text: token.text };
    case 'string':
      return { type: 'string', raw: unbroken(token.text.slice(1, -1)) };
    case 'scalar':
      return { type: 'scalar', name: token.text };
    case 'map':
      return { type: 'map', name: token.text, keys: reader.take('[') ? parseList(reader, place, ']') : [] };
    case 'name':
      return parseName(reader, token, place);
    case 'punctuation':
    case 'end':
      if (token.text === '(') return parseParenthesis(reader, token, place);
      return refuseTrace('trace-syntax', `${shown(token.text)} starts no value`, { at: token.at });
  }
  return unreachable(token.type);
}

function parseList(reader: TokenReader, place: ExpressionPlace, close: string): readonly Expression[] {
  const items: Expression[] = [];
  if (reader.take(close)) return items;
  do items.push(parseExpression(reader, inBrackets(place)));
  while (reader.take(','));
  reader.expect(close);
  return items;
}

function parseParenthesis(reader: TokenReader, open: Token, place: ExpressionPlace): Expression {
  const cast = parseCast(reader, open, place);
  if (cast) return cast;
  const items = parseList(reader, place, ')');
  const [first, second] = items;
  if (first === undefined) return refuseTrace('trace-syntax', 'empty parentheses', { at: open.at });
  return second === undefined ? first : { type: 'tuple', items };
}

function parseCast(reader: TokenReader, open: Token, place: ExpressionPlace): Expression | undefined {
  const token = reader.peek();
  if (token.type !== 'name') return undefined;
  const isInteger = INTEGER_TYPES.includes(token.text);
  if (
    !isInteger &&
    !/^(?:struct|union|enum|unsigned|signed|void|char|short|int|long|u?int\w*|[us]\d+|[a-z_]+_t)$/.test(token.text)
  ) {
    return undefined;
  }
  reader.next();
  if (!isInteger || !reader.take(')')) {
    refuseTrace('trace-pointer', `a cast to ${shown(token.text)}`, {
      at: open.at,
      nearest: 'casts such as (int32) or (uint64)',
    });
  }
  return { type: 'cast', to: token.text, operand: parseUnary(reader, deeper(place)) };
}

function parseName(reader: TokenReader, token: Token, place: ExpressionPlace): Expression {
  const { text, at } = token;
  if (text === 'args') return parseField(reader, at);
  if (reader.take('(')) {
    if (!Object.hasOwn(TRACE_FUNCTIONS, text)) {
      refuseTrace('trace-function', `${shown(text)}() is not on the list`, {
        at,
        nearest: Object.keys(TRACE_FUNCTIONS).join(' '),
      });
    }
    return { type: 'call', name: text, args: parseList(reader, place, ')'), at };
  }
  if (TRACE_BUILTINS.includes(text)) return { type: 'builtin', name: text, at };
  if (TRACE_WORDS.includes(text)) return { type: 'word', name: text };
  return refuseTrace('trace-function', `${shown(text)} is not on the list`, { at, nearest: TRACE_BUILTINS.join(' ') });
}

function parseField(reader: TokenReader, at: number): Expression {
  if (!reader.take('->') && !reader.take('.'))
    refuseTrace('trace-pointer', 'args without a field', { at, nearest: 'args->ret' });
  const field = reader.next();
  if (field.type !== 'name') refuseTrace('trace-syntax', `${shown(field.text)} is no field`, { at: field.at });
  if (!reader.take('[')) return { type: 'field', name: field.text, index: undefined, at };
  const index = reader.next();
  if (index.type !== 'int' || !/^\d{1,2}$/.test(index.text)) {
    refuseTrace('trace-pointer', 'an index must be a small number', { at: index.at });
  }
  reader.expect(']');
  return { type: 'field', name: field.text, index: index.text, at };
}

/** A line break or tab inside a string is what a model meant by its escape; bpftrace knows only the escape. */
function unbroken(raw: string): string {
  return raw.replaceAll('\n', String.raw`\n`).replaceAll('\t', String.raw`\t`);
}
