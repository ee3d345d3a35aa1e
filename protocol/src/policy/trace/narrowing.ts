import { unreachable } from '../unreachable.ts';
import type { Expression } from './syntax.ts';
import { visitExpression } from './syntax.ts';
import { isEveryEvent, literalOf } from './trivial-bounds.ts';

type Binary = Extract<Expression, { type: 'binary' }>;

const MIRRORED: Readonly<Record<string, string>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const NEGATED: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const CLOCKS = ['nsecs', 'elapsed', 'probe'];
/** A remainder by more than this is true for nearly every value. */
const MAX_BARE_DIVISOR = 4;

/**
 * Whether a predicate lets only a part of the events through.
 *
 * Known forms are accepted, all else is taken to let everything through: a value of the event compared with another
 * value, sampled by a remainder, or masked; a map that the event's own key looks up; a span since a stored start. A
 * constant, a clock, arithmetic that undoes itself and two halves of a whole narrow nothing.
 */
export function isNarrowing(predicate: Expression): boolean {
  switch (predicate.type) {
    case 'binary':
      return isNarrowingBinary(predicate);
    case 'map':
      return isPlain(predicate);
    case 'field':
      return !isEveryEvent('!=', predicate, { type: 'int', text: '0' });
    case 'unary':
      return predicate.operator === '!' && isNarrowingNegation(predicate.operand);
    case 'cast':
      return isNarrowing(predicate.operand);
    case 'ternary':
      return isNarrowingChoice(predicate);
    case 'builtin':
    case 'call':
    case 'int':
    case 'scalar':
    case 'step':
    case 'string':
    case 'tuple':
    case 'word':
      return false;
  }
  return unreachable(predicate);
}

/** The negation of a predicate, as far as its form is known. */
function isNarrowingNegation(operand: Expression): boolean {
  switch (operand.type) {
    case 'field':
    case 'builtin':
      return isPlain(operand);
    case 'cast':
      return isNarrowingNegation(operand.operand);
    case 'unary':
      return operand.operator === '!' && isNarrowing(operand.operand);
    case 'binary': {
      const { operator, left, right } = operand;
      // De Morgan: the negation of "both" is "not one, or not the other".
      if (operator === '&&') return isNarrowing(joined('||', negation(left), negation(right)));
      if (operator === '||') return isNarrowing(joined('&&', negation(left), negation(right)));
      const negated = NEGATED[operator];
      return negated !== undefined && isNarrowing({ ...operand, operator: negated });
    }
    case 'call':
    case 'int':
    case 'map':
    case 'scalar':
    case 'step':
    case 'string':
    case 'ternary':
    case 'tuple':
    case 'word':
      return false;
  }
  return unreachable(operand);
}

function negation(operand: Expression): Expression {
  const negated = operand.type === 'binary' ? NEGATED[operand.operator] : undefined;
  if (operand.type === 'binary' && negated !== undefined) return { ...operand, operator: negated };
  return { type: 'unary', operator: '!', operand };
}

function joined(operator: string, left: Expression, right: Expression): Binary {
  return { type: 'binary', operator, left, right };
}

function isNarrowingChoice({ condition, whenTrue, otherwise }: Extract<Expression, { type: 'ternary' }>): boolean {
  const yes = literalOf(whenTrue);
  const no = literalOf(otherwise);
  if (yes === undefined || no === undefined || (yes === 0) === (no === 0)) return false;
  return no === 0 ? isNarrowing(condition) : isNarrowingNegation(condition);
}

function isNarrowingBinary(predicate: Binary): boolean {
  const { operator, left, right } = predicate;
  if (operator === '&&') return isNarrowing(left) || isNarrowing(right);
  if (operator === '||') return isNarrowing(left) && isNarrowing(right) && !coversAll(alternativesOf(predicate));
  if (operator === '%') return isPlain(left) && isBetween(literalOf(right), 2, MAX_BARE_DIVISOR);
  if (operator === '&') return isMask(left, right);
  const mirrored = MIRRORED[operator];
  if (mirrored === undefined) return false;
  if (isConstant(right)) return isNarrowingComparison(operator, left, right);
  if (isConstant(left)) return isNarrowingComparison(mirrored, right, left);
  return isPlainOrStored(left) && isPlainOrStored(right) && (isPlain(left) || isPlain(right)) && !isSame(left, right);
}

function isNarrowingComparison(operator: string, value: Expression, bound: Expression): boolean {
  if (isPlain(value)) return !isEveryEvent(operator, value, bound);
  if (isSpan(value)) return ['>', '>='].includes(operator) && isBetween(literalOf(bound), 1, Infinity);
  if (value.type === 'call') return value.name === 'strncmp' && isRealPrefix(value.args) && literalOf(bound) === 0;
  if (value.type !== 'binary') return false;
  const { left, right } = value;
  const by = literalOf(right) ?? 0;
  const isInner = isPlain(left) && isEveryEvent('!=', left, { type: 'int', text: '0' });
  switch (value.operator) {
    case '%':
      return isPlain(left) && by > 1 && operator === '==' && isBetween(literalOf(bound), 0, by - 1);
    case '&':
      return isMask(left, right) && ['==', '!='].includes(operator);
    case '>>':
      return isPlain(left) && !isInner && isBetween(by, 1, 24);
    case '/':
      return isPlain(left) && !isInner && by > 0;
    case '-':
      return isPlain(left) && isPlain(right) && !isSame(left, right);
    default:
      return false;
  }
}

/** Nanoseconds since a start that the event's own key looks up, in any unit. */
function isSpan(value: Expression): boolean {
  if (value.type !== 'binary') return false;
  if (value.operator === '/') return isSpan(value.left) && (literalOf(value.right) ?? 0) > 0;
  return (
    value.operator === '-' && value.left.type === 'builtin' && value.left.name === 'nsecs' && isPlainMap(value.right)
  );
}

function isMask(value: Expression, mask: Expression): boolean {
  const bits = literalOf(mask) ?? 0;
  if (!isPlain(value) || bits <= 0) return false;
  // A wide mask of an id is nearly never zero.
  return bits <= 0xff || !isEveryEvent('!=', value, { type: 'int', text: '0' });
}

function isRealPrefix([text, prefix, length]: readonly Expression[]): boolean {
  if (text === undefined || prefix === undefined || length === undefined || !((literalOf(length) ?? 0) > 0))
    return false;
  return (isPlain(text) && isWord(prefix)) || (isPlain(prefix) && isWord(text));
}

function isWord(expression: Expression): boolean {
  return expression.type === 'string' && expression.raw !== '';
}

/** A value that differs from event to event and stands by itself, so that no arithmetic can undo it. */
function isPlain(expression: Expression): boolean {
  switch (expression.type) {
    case 'field':
      return true;
    case 'builtin':
      return !CLOCKS.includes(expression.name);
    case 'map':
      return isPlainMap(expression);
    case 'cast':
      return isPlain(expression.operand);
    case 'unary':
      return expression.operator === '-' && expression.operand.type === 'field';
    case 'call':
      return expression.name === 'str' && expression.args.some((arg) => isPlain(arg));
    case 'binary':
    case 'int':
    case 'scalar':
    case 'step':
    case 'string':
    case 'ternary':
    case 'tuple':
    case 'word':
      return false;
  }
  return unreachable(expression);
}

/** A map whose key is the event's own: one without a key may be set once and then lets everything through. */
function isPlainMap(expression: Expression): boolean {
  return expression.type === 'map' && expression.keys.some((key) => isPlain(key));
}

function isPlainOrStored(expression: Expression): boolean {
  return isPlain(expression) || expression.type === 'map';
}

function isConstant(expression: Expression): boolean {
  let isFixed = true;
  visitExpression(expression, (part) => {
    if (['field', 'map', 'scalar', 'builtin', 'step'].includes(part.type)) isFixed = false;
  });
  return isFixed;
}

function isSame(left: Expression, right: Expression): boolean {
  return textOf(left) === textOf(right);
}

function textOf(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => (key === 'at' ? undefined : value));
}

function isBetween(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && value >= min && value <= max;
}

interface Alternative {
  readonly value: string;
  readonly operator: string;
  readonly bound: string;
  readonly number: number | undefined;
}

function alternativesOf(predicate: Expression): readonly Alternative[] {
  if (predicate.type !== 'binary') return [];
  const { operator, left, right } = predicate;
  if (operator === '||') return [...alternativesOf(left), ...alternativesOf(right)];
  const mirrored = MIRRORED[operator];
  if (mirrored === undefined) return [];
  const [value, bound, shown] = isConstant(left) ? [right, left, mirrored] : [left, right, operator];
  return [{ value: textOf(value), operator: shown, bound: textOf(bound), number: literalOf(bound) }];
}

/** Whether two alternatives are halves of a whole, such as `pid < 5 || pid >= 5`, or `pid != 1 || pid != 2`. */
function coversAll(alternatives: readonly Alternative[]): boolean {
  return alternatives.some((one, index) =>
    alternatives.slice(index + 1).some((other) => one.value === other.value && isWhole(one, other)),
  );
}

function isWhole(one: Alternative, other: Alternative): boolean {
  const isSameBound = one.bound === other.bound;
  if (one.operator === '!=' && other.operator === '!=') return !isSameBound;
  if (one.operator === '!=' || other.operator === '!=') {
    const equal = one.operator === '!=' ? other : one;
    return equal.operator === '==' && isSameBound;
  }
  const below = [one, other].find(({ operator }) => operator.startsWith('<'));
  const above = [one, other].find(({ operator }) => operator.startsWith('>'));
  if (below?.number === undefined || above?.number === undefined) return false;
  return below.number >= above.number;
}
