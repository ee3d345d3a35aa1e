import { goQuote } from '../../structural/cause.ts';
import { compileGoRegexp } from '../../structural/go-regexp.ts';
import { equalCel } from './compare-cel.ts';
import { formatText } from './format-text.ts';
import type { FunctionEntry } from './function-entry.ts';

function charAt(text: string, index: bigint): string {
  const chars = Array.from(text);
  const at = Number(index);
  if (at < 0 || at > chars.length) throw new RangeError(`index out of range: ${index}`);
  return chars[at] ?? '';
}

function replace(text: string, from: string, to: string, limit = -1n): string {
  if (limit === 0n) return text;
  if (from === '') return interleave(text, to, limit);
  if (limit < 0n) return text.split(from).join(to);
  const parts = text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  return [parts.slice(0, count + 1).join(to), ...parts.slice(count + 1)].join(from);
}

/** Puts `to` before every character and at the end, as Go does when nothing is to be replaced. */
function interleave(text: string, to: string, limit: bigint): string {
  const chars = [...Array.from(text), ''];
  const count = limit < 0n ? chars.length : Number(limit);
  return chars.map((char, index) => (index < count ? to + char : char)).join('');
}

function find(text: string, pattern: string): string {
  return compileGoRegexp(pattern).exec(text)?.[0] ?? '';
}

function findAll(text: string, pattern: string, limit = -1n): string[] {
  const source = compileGoRegexp(pattern);
  const found = [...text.matchAll(new RegExp(source.source, `${source.flags}g`))].map((match) => match[0]);
  return limit < 0n ? found : found.slice(0, Number(limit));
}

/** Functions of cel-js whose errors or regular expressions differ, by the names that replace theirs at run time. */
export const REPLACED_METHODS: ReadonlyMap<string, string> = new Map([
  ['substring', 'k8sSubstring'],
  ['indexOf', 'k8sIndexOf'],
  ['lastIndexOf', 'k8sLastIndexOf'],
  ['matches', 'k8sMatches'],
]);

function substring(text: string, start: bigint, end?: bigint): string {
  const chars = Array.from(text);
  const last = end ?? BigInt(chars.length);
  const outside = [start, last].find((index) => index < 0n || index > BigInt(chars.length));
  if (end !== undefined && start > end) {
    throw new RangeError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (outside !== undefined) throw new RangeError(`index out of range: ${outside}`);
  return chars.slice(Number(start), Number(last)).join('');
}

function indexOf(value: string | readonly unknown[], part: unknown, from = 0n): bigint {
  if (typeof value !== 'string') return BigInt(value.findIndex((item) => equalCel(item, part)));
  if (from < 0n) throw new RangeError(`index out of range: ${from}`);
  const start = Array.from(value).slice(0, Number(from)).join('').length;
  const found = from > BigInt(Array.from(value).length) ? -1 : value.indexOf(String(part), start);
  return charIndex(value, found);
}

function lastIndexOf(value: string | readonly unknown[], part: unknown, from?: bigint): bigint {
  if (typeof value !== 'string') return BigInt(value.findLastIndex((item) => equalCel(item, part)));
  if (from !== undefined && from < 0n) throw new RangeError(`index out of range: ${from}`);
  const chars = Array.from(value);
  if (from !== undefined && from >= BigInt(chars.length)) return -1n;
  const start = from === undefined ? undefined : chars.slice(0, Number(from)).join('').length;
  return charIndex(value, value.lastIndexOf(String(part), start));
}

/** An index of UTF-16 code units as one of code points. */
function charIndex(text: string, index: number): bigint {
  return index < 0 ? -1n : BigInt(Array.from(text.slice(0, index)).length);
}

function matches(text: string, pattern: string): boolean {
  return compileGoRegexp(pattern).test(text);
}

/** The parts of CEL's string extension and Kubernetes' regex library that cel-js lacks. */
export const STRING_FUNCTIONS: readonly FunctionEntry[] = [
  ['string.charAt(int): string', charAt],
  ['string.replace(string, string): string', (text: string, from: string, to: string) => replace(text, from, to)],
  ['string.replace(string, string, int): string', replace],
  ['string.format(list<dyn>): string', formatText],
  ['string.find(string): string', find],
  ['string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern)],
  ['string.findAll(string, int): list<string>', findAll],
  ['matches(string, string): bool', matches],
  ['StringsNamespace.quote(string): string', (_strings: object, text: string) => goQuote(text)],
  ['string.k8sSubstring(int): string', (text: string, start: bigint) => substring(text, start)],
  ['string.k8sSubstring(int, int): string', substring],
  ['string.k8sIndexOf(string): int', (text: string, part: string) => indexOf(text, part)],
  ['string.k8sIndexOf(string, int): int', indexOf],
  ['list<dyn>.k8sIndexOf(dyn): int', (list: unknown[], item: unknown) => indexOf(list, item)],
  ['string.k8sLastIndexOf(string): int', (text: string, part: string) => lastIndexOf(text, part)],
  ['string.k8sLastIndexOf(string, int): int', lastIndexOf],
  ['list<dyn>.k8sLastIndexOf(dyn): int', (list: unknown[], item: unknown) => lastIndexOf(list, item)],
  ['string.k8sMatches(string): bool', matches],
];
