import type { Refusal } from '../verdict.ts';
import { refuse, shown } from '../verdict.ts';

/** Bounds of one call as JSON text. */
export const JSON_LIMITS = { maxCharacters: 65_536, maxDepth: 12 } as const;

const NEAREST = '{"tool":"run","argv":["ss","-s"]}';
const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|("(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|($))/y;

/** A parsed document, or why there is none. */
export type JsonResult = { readonly verdict: 'accept'; readonly value: unknown } | Refusal;

/**
 * Parses JSON more strictly than `JSON.parse`: no repeated key, no `__proto__`, bounded size and depth.
 *
 * With a repeated key two readers may see two different calls, one judged and the other run.
 */
export function parseStrictJson(text: string): JsonResult {
  if (text.length > JSON_LIMITS.maxCharacters)
    return refuse('call-json', `the text has ${text.length} characters`, 'at most 65,536');
  try {
    const problem = findProblem(text);
    if (problem !== undefined) return refuse('call-json', problem, NEAREST);
    return { verdict: 'accept', value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('call-json', 'the text is not valid JSON', NEAREST);
    throw error;
  }
}

/** One pass over the tokens, only to see depth and keys; `JSON.parse` then judges the grammar. */
function findProblem(text: string): string | undefined {
  const open: { keys: Set<string> | undefined; expectsKey: boolean }[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const token = TOKEN.exec(text);
    if (!token) return 'the text is not valid JSON';
    const [, punctuation, string, , end] = token;
    if (end !== undefined) return undefined;
    const top = open.at(-1);
    if (punctuation === '{' || punctuation === '[') {
      open.push({ keys: punctuation === '{' ? new Set() : undefined, expectsKey: punctuation === '{' });
      if (open.length > JSON_LIMITS.maxDepth) return `nested deeper than ${JSON_LIMITS.maxDepth} levels`;
    } else if (punctuation === '}' || punctuation === ']') {
      open.pop();
    } else if (top && (punctuation === ',' || punctuation === ':')) {
      top.expectsKey = punctuation === ',';
    } else if (string !== undefined && top?.keys && top.expectsKey) {
      const key = JSON.parse(string) as string;
      if (top.keys.has(key)) return `the key ${shown(key)} is repeated`;
      if (key === '__proto__') return `the key ${shown(key)} is closed`;
      top.keys.add(key);
    }
  }
}
