import { isCelDuration } from './compare-cel.ts';

/** Clauses of cel-go's string.format, with an optional precision. */
const CLAUSE = /%(?:\.(\d+))?(.)|%/gs;

/** What a template of `format` asks for: for each clause its verb. Throws SyntaxError in cel-go's words. */
export function formatVerbs(template: string): string[] {
  return [...template.matchAll(CLAUSE)].flatMap(([, , verb]) => {
    if (verb === '%') return [];
    if (verb === undefined) throw new SyntaxError('unexpected end of string');
    if (!'sdfexXbo'.includes(verb)) {
      throw new SyntaxError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    }
    return [verb];
  });
}

/** cel-go's string.format. Throws RangeError or SyntaxError in its words. */
export function formatText(template: string, args: readonly unknown[]): string {
  formatVerbs(template);
  let next = 0;
  return template.replace(CLAUSE, (_clause, digits: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (next >= args.length) throw new RangeError(`index ${next} out of range`);
    return formatOne(args[next++], verb, digits === undefined ? 6 : Number(digits));
  });
}

function formatOne(value: unknown, verb: string, digits: number): string {
  switch (verb) {
    case 's':
      return plain(value);
    case 'd':
      return isInteger(value) ? plain(value) : refuse('decimal', 'integers', value);
    case 'f':
      return number(value, 'fixed-point').toFixed(digits);
    case 'e':
      return scientific(number(value, 'scientific'), digits);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value, 'binary', 'integers and bools', 2);
    case 'o':
      return integer(value, 'octal', 'integers', 8);
    default:
      return verb === 'X' ? hexadecimal(value).toUpperCase() : hexadecimal(value);
  }
}

const SUPERSCRIPTS: Record<string, string> = Object.fromEntries(
  ['\u2070', '\u00b9', '\u00b2', '\u00b3', '\u2074', '\u2075', '\u2076', '\u2077', '\u2078', '\u2079'].map(
    (char, digit) => [String(digit), char],
  ),
);

/** As cel-go prints it: `2.500000 x 10` with a raised exponent of two digits. */
function scientific(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  const raised = exponent
    .replace(/\D/g, '')
    .padStart(2, '0')
    .replace(/\d/g, (digit) => SUPERSCRIPTS[digit] ?? digit);
  return `${mantissa} \u00d7 10${exponent.startsWith('-') ? '\u207b' : ''}${raised}`;
}

function hexadecimal(value: unknown): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return integer(value, 'hex', 'integers, byte buffers, and strings', 16);
}

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || isUnsigned(value);
}

/** cel-js keeps unsigned integers in a class that it does not export. */
function isUnsigned(value: unknown): value is { value: bigint } {
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'bigint';
}

function integer(value: unknown, clause: string, allowed: string, radix: number): string {
  const whole = isUnsigned(value) ? value.value : value;
  return typeof whole === 'bigint' ? whole.toString(radix) : refuse(clause, allowed, value);
}

function number(value: unknown, clause: string): number {
  return typeof value === 'number' ? value : refuse(clause, 'doubles', value);
}

function refuse(clause: string, allowed: string, value: unknown): never {
  throw new TypeError(
    `error during formatting: ${clause} clause can only be used on ${allowed}, was given ${typeName(value)}`,
  );
}

function typeName(value: unknown): string {
  if (value === null) return 'null_type';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'google.protobuf.Timestamp';
  if (isCelDuration(value)) return 'google.protobuf.Duration';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map';
}

function plain(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(nested).join(', ')}]`;
  if (value instanceof Date) return celTime(value);
  if (isCelDuration(value) || isUnsigned(value)) return printed(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Map) return plainMap([...value.entries()]);
  if (typeof value !== 'object') return printed(value);
  const isPlain = Object.getPrototypeOf(value) === null || value.constructor === Object;
  return isPlain ? plainMap(Object.entries(value)) : printed(value);
}

/** Values of cel-js print themselves. */
function printed(value: unknown): string {
  return String(value);
}

/** Texts within lists and maps are quoted. */
function nested(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : plain(value);
}

function plainMap(entries: readonly [unknown, unknown][]): string {
  const parts = entries.map(([key, item]) => `${nested(key)}: ${nested(item)}`).sort();
  return `{${parts.join(', ')}}`;
}

/** A time as cel-go writes it: RFC 3339 without needless zeros. */
export function celTime(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, 'Z');
}
