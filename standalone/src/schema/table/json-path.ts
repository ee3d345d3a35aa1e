import { isJsonObject, jsonEqual, ownValue } from '../structural/json-value.ts';

/** One step of a path: what it yields from a value. */
type Step = (value: unknown) => unknown[];

/** A compiled path: every value found, in order. */
export type JsonPath = (root: unknown) => unknown[];

/**
 * Compiles the part of Kubernetes' JSONPath that printer columns and selectable fields use: `.a.b`, `['a.b']`, `[0]`,
 * `[-1]`, `[*]`, `.*`, and filters `[?(@.type=="Ready")]` with ==, !=, <, <=, > and >=.
 * Throws SyntaxError for anything else.
 */
export function compileJsonPath(path: string): JsonPath {
  const steps: Step[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : path;
  while (rest !== '') {
    const token = nextToken(rest);
    if (token === undefined)
      throw new SyntaxError(`unexpected ${JSON.stringify(rest)} in JSONPath ${JSON.stringify(path)}`);
    if (token.step !== undefined) steps.push(token.step);
    rest = rest.slice(token.length);
  }
  return (root) => steps.reduce<unknown[]>((values, step) => values.flatMap(step), [root]);
}

function nextToken(rest: string): { length: number; step?: Step } | undefined {
  const match = TOKEN.exec(rest);
  if (match === null) return undefined;
  const groups = match.groups ?? {};
  const { length } = match[0];
  const key = groups['key']?.replace(/\\(.)/g, '$1') ?? groups['quoted'];
  if (groups['star'] !== undefined || groups['anyKey'] !== undefined) return { length, step: allItems };
  if (key !== undefined) return { length, step: keyStep(key) };
  if (groups['index'] !== undefined) return { length, step: indexStep(Number(groups['index'])) };
  if (groups['filter'] !== undefined) return { length, step: filterStep(groups['filter']) };
  return match[0] === '.' && length === rest.length ? { length } : undefined;
}

const TOKEN =
  /^(?:\.(?<anyKey>\*)|\.?\[(?:(?<star>\*)|(?<index>-?\d+)|['"](?<quoted>[^'"]*)['"]|\?\((?<filter>(?:[^()]|\([^()]*\))*)\))\]|\.(?<key>(?:[^.[\\\s]|\\.)+)|\.)/;

function allItems(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function keyStep(key: string): Step {
  return (value) => {
    const found = isJsonObject(value) ? ownValue(value, key) : undefined;
    return found === undefined ? [] : [found];
  };
}

function indexStep(index: number): Step {
  return (value) => {
    const found: unknown = Array.isArray(value) ? value.at(index) : undefined;
    return found === undefined ? [] : [found];
  };
}

function filterStep(filter: string): Step {
  const match = /^\s*@(?<path>[^\s=!<>]*)\s*(?:(?<operator>==|!=|<=|>=|<|>)\s*(?<literal>.+?))?\s*$/.exec(filter);
  const { path = '', operator, literal } = match?.groups ?? {};
  if (match === null) throw new SyntaxError(`unsupported filter ${JSON.stringify(filter)}`);
  const find = compileJsonPath(path);
  const wanted = literal === undefined ? undefined : parseLiteral(literal);
  return (value) =>
    allItems(value).filter((item) => {
      const found = find(item);
      return operator === undefined ? found.length > 0 : found.some((actual) => compare(actual, operator, wanted));
    });
}

function parseLiteral(text: string): unknown {
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (Number.isNaN(number)) throw new SyntaxError(`unsupported literal ${JSON.stringify(text)}`);
  return number;
}

function compare(actual: unknown, operator: string, wanted: unknown): boolean {
  if (operator === '==') return jsonEqual(actual, wanted);
  if (operator === '!=') return !jsonEqual(actual, wanted);
  const isComparable =
    (typeof actual === 'number' && typeof wanted === 'number') ||
    (typeof actual === 'string' && typeof wanted === 'string');
  if (!isComparable) return false;
  if (operator === '<') return actual < wanted;
  if (operator === '<=') return actual <= wanted;
  return operator === '>' ? actual > wanted : actual >= wanted;
}
