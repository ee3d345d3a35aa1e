import { isJsonObject, jsonEqual, ownValue } from '../structural/json-value.ts';

/** One step of a path: what it yields from a value. */
type Step = (value: unknown) => unknown[];

/** A compiled path: every value found, in order. */
export type JsonPath = (root: unknown) => unknown[];

/**
 * Compiles Kubernetes' JSONPath as far as printer columns use it: `.a.b`, `..b`, `['a']`, `[0]`, `[-1]`, `[0:2]`, `[0,1]`,
 * `[*]`, `.*`, and filters `[?(@.type=="Ready")]` with ==, !=, <, <=, > and >=.
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
  const { anyKey, bracket, descent, key } = match.groups ?? {};
  const { length } = match[0];
  if (anyKey !== undefined) return { length, step: allItems };
  if (descent !== undefined) return { length, step: descentStep(unescaped(descent)) };
  if (key !== undefined) return { length, step: keyStep(unescaped(key)) };
  if (bracket !== undefined) return { length, step: bracketStep(bracket) };
  return match[0] === '.' && length === rest.length ? { length } : undefined;
}

const TOKEN =
  /^(?:\.(?<anyKey>\*)|\.\.(?<descent>(?:[^.[\\\s]|\\.)+)|\.?\[(?<bracket>(?:'[^']*'|"[^"]*"|\((?:[^()]|\([^()]*\))*\)|[^\]'"(])+)\]|\.(?<key>(?:[^.[\\\s]|\\.)+)|\.)/;

function unescaped(name: string): string {
  return name.replace(/\\(.)/g, '$1');
}

/** What stands in brackets: `*`, an index, a slice, a quoted path, a filter, or several of them with commas between. */
function bracketStep(content: string): Step {
  const filter = /^\?\((.*)\)$/s.exec(content)?.[1];
  if (filter !== undefined) return filterStep(filter);
  if (content === '*') return allItems;
  const parts = content.split(',').map((part) => part.trim());
  if (parts.length > 1) {
    const steps = parts.map(bracketStep);
    return (value) => steps.flatMap((step) => step(value));
  }
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(content);
  // Dots in a quoted name part it, as in kubectl's JSONPath, so they must be escaped there too.
  if (quoted !== null) return compileJsonPath(`.${quoted[1] ?? quoted[2] ?? ''}`);
  const slice = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(content);
  if (slice === null || content === '') throw new SyntaxError(`invalid array index ${content}`);
  const [, start = '', end, step] = slice;
  return end === undefined ? indexStep(Number(start)) : sliceStep(start, end, step);
}

function sliceStep(start: string, end: string, step = ''): Step {
  const jump = step === '' ? 1 : Number(step);
  return (value) => {
    if (!Array.isArray(value) || jump <= 0) return [];
    const items: unknown[] = value.slice(start === '' ? 0 : Number(start), end === '' ? undefined : Number(end));
    return items.filter((_item, index) => index % jump === 0);
  };
}

/** Every value of a field of that name, at any depth, from the outside in. */
function descentStep(key: string): Step {
  const own = keyStep(key);
  const find = (value: unknown): unknown[] => [...own(value), ...allItems(value).flatMap(find)];
  return find;
}

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
