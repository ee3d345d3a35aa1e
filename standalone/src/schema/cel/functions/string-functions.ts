import { compileGoRegexp } from '../../structural/go-regexp.ts';
import type { FunctionEntry } from './function-entry.ts';

function charAt(text: string, index: bigint): string {
  const chars = Array.from(text);
  const at = Number(index);
  if (at < 0 || at > chars.length) throw new RangeError(`index out of range: ${index}`);
  return chars[at] ?? '';
}

function replace(text: string, from: string, to: string, limit = -1n): string {
  if (limit === 0n || from === '') return text;
  if (limit < 0n) return text.split(from).join(to);
  const parts = text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  return [parts.slice(0, count + 1).join(to), ...parts.slice(count + 1)].join(from);
}

function find(text: string, pattern: string): string {
  return compileGoRegexp(pattern).exec(text)?.[0] ?? '';
}

function findAll(text: string, pattern: string, limit = -1n): string[] {
  const source = compileGoRegexp(pattern);
  const found = [...text.matchAll(new RegExp(source.source, `${source.flags}g`))].map((match) => match[0]);
  return limit < 0n ? found : found.slice(0, Number(limit));
}

function format(template: string, args: readonly unknown[]): string {
  let next = 0;
  return template.replace(/%(?:\.(\d+))?([sdfexXbo%])/g, (_whole, digits: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (next >= args.length) throw new RangeError(`index ${next} out of range`);
    const value = args[next++];
    return formatOne(value, verb, digits === undefined ? 6 : Number(digits));
  });
}

function formatOne(value: unknown, verb: string, digits: number): string {
  switch (verb) {
    case 'f':
      return Number(value).toFixed(digits);
    case 'e':
      return Number(value).toExponential(digits);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : radix(value, 2);
    case 'o':
      return radix(value, 8);
    case 'x':
      return typeof value === 'string' ? Buffer.from(value).toString('hex') : radix(value, 16);
    case 'X':
      return formatOne(value, 'x', digits).toUpperCase();
    default:
      return plainText(value);
  }
}

function radix(value: unknown, base: number): string {
  return (typeof value === 'bigint' ? value : BigInt(Number(value))).toString(base);
}

function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

/** The parts of CEL's string extension and Kubernetes' regex library that cel-js lacks. */
export const STRING_FUNCTIONS: readonly FunctionEntry[] = [
  ['string.charAt(int): string', charAt],
  ['string.replace(string, string): string', (text: string, from: string, to: string) => replace(text, from, to)],
  ['string.replace(string, string, int): string', replace],
  ['string.format(list<dyn>): string', format],
  ['string.find(string): string', find],
  ['string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern)],
  ['string.findAll(string, int): list<string>', findAll],
];
