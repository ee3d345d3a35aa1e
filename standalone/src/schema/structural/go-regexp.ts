/** Go's RE2 takes no more repetitions than this. */
const MAX_REPEAT = 1000;

/**
 * Compiles a pattern of Go's RE2 syntax to a JavaScript RegExp.
 *
 * Translated are `\A`, `\z`, `\Q…\E`, `(?P<name>`, flag groups `(?i)` and `(?i:…)`, POSIX classes and one-letter
 * Unicode classes. Refused is what RE2 refuses: look-around, back-references, unknown escapes and classes, more than
 * 1,000 repetitions. Not offered is the flag U. Throws SyntaxError in Go's words where they are known.
 */
export function compileGoRegexp(pattern: string): RegExp {
  const translation = new Translation(pattern);
  const body = translation.run();
  try {
    return new RegExp(body, `u${translation.flags}`);
  } catch (error) {
    throw new SyntaxError(`error parsing regexp: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const POSIX_CLASSES: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** `\s` of RE2 is ASCII white space without the vertical tab. */
const SPACE = '\\t\\n\\f\\r ';

/** A walk over a pattern, from left to right. */
class Translation {
  flags = '';
  readonly #pattern: string;
  #at = 0;
  /** Flag groups that hold to the end of the group around them, as closing parentheses still owed, by depth. */
  #owed = [0];

  readonly #hasDotAll: boolean;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#hasDotAll = /\(\?[imU]*s/.test(pattern);
  }

  run(): string {
    let body = '';
    while (this.#at < this.#pattern.length) body += this.#next();
    if (this.#owed.length > 1) throw fault('missing closing )', this.#pattern);
    return body + ')'.repeat(this.#owed[0] ?? 0);
  }

  #next(): string {
    const char = this.#pattern[this.#at] ?? '';
    if (char === '\\') return this.#escape(false);
    if (char === '[') return this.#bracket();
    if (char === '(') return this.#open();
    if (char === ')') return this.#close();
    if (char === '{') return this.#repeat();
    this.#at += 1;
    // A dot of RE2 leaves out the line feed alone; JavaScript's also leaves out other ends of lines.
    if (char === '.' && !this.#hasDotAll) return '[^\\n]';
    return char === '}' || char === ']' || char === '/' ? `\\${char}` : char;
  }

  #take(regexp: RegExp): RegExpExecArray | undefined {
    regexp.lastIndex = this.#at;
    const match = regexp.exec(this.#pattern) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }

  #open(): string {
    if (this.#take(/\(\?P?<(?=[A-Za-z_])/y)) return this.#enter('(?<');
    const group = this.#take(/\(\?([imsU]*)(?:-([imsU]+))?([:)])/y);
    if (group === undefined) {
      const bad = this.#take(/\(\?(?:<?[=!]|.)?/sy)?.[0];
      if (bad !== undefined) throw fault('invalid or unsupported Perl syntax', bad);
      this.#at += 1;
      return this.#enter('(');
    }
    const [whole, on = '', off = '', end] = group;
    if (`${on}${off}`.includes('U')) throw fault('invalid or unsupported Perl syntax', whole);
    const modifiers = off === '' ? on : `${on}-${off}`;
    if (end === ':') return this.#enter(`(?${modifiers}:`);
    // A flag group at the very start holds for all.
    if (group.index === 0 && off === '') return ((this.flags = [...new Set(on)].join('')), '');
    this.#owed[this.#owed.length - 1] = (this.#owed.at(-1) ?? 0) + 1;
    return `(?${modifiers}:`;
  }

  #enter(opening: string): string {
    this.#owed.push(0);
    return opening;
  }

  #close(): string {
    this.#at += 1;
    if (this.#owed.length === 1) throw fault('unexpected )', this.#pattern);
    return ')'.repeat((this.#owed.pop() ?? 0) + 1);
  }

  #repeat(): string {
    const match = this.#take(/\{(\d+)(?:,(\d*))?\}/y);
    if (match === undefined) return ((this.#at += 1), '\\{');
    const [whole, least, most] = match;
    const tooMany = [least, most].some((count) => count !== undefined && Number(count) > MAX_REPEAT);
    if (tooMany) throw fault('invalid repeat count', whole);
    return whole;
  }

  #bracket(): string {
    let body = this.#take(/\[\^?/y)?.[0] ?? '';
    // A bracket that comes first is a member, not the end.
    if (this.#take(/\]/y)) body += '\\]';
    while (this.#pattern[this.#at] !== ']') {
      const char = this.#pattern[this.#at];
      if (char === undefined) throw fault('missing closing ]', this.#pattern);
      body += this.#member(char);
    }
    this.#at += 1;
    return `${body}]`;
  }

  #member(char: string): string {
    if (char === '\\') return this.#escape(true);
    const posix = this.#take(/\[:(\^?)(\w+):\]/y);
    if (posix !== undefined) {
      const set = POSIX_CLASSES[posix[2] ?? ''];
      if (set === undefined || posix[1] === '^') throw fault('invalid character class range', posix[0]);
      return set;
    }
    this.#at += 1;
    return char === '[' || char === '/' ? `\\${char}` : char;
  }

  #escape(isInClass: boolean): string {
    const literal = isInClass ? undefined : this.#take(/\\Q(.*?)(?:\\E|$)/sy);
    if (literal !== undefined) return (literal[1] ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const property = this.#take(/\\([pP])(?:\{(\^?)(\w+)\}|(\w))/y);
    if (property !== undefined) return unicodeClass(property);
    const match = this.#take(/\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|0[0-7]{0,2}|[\s\S])/uy)?.[0];
    if (match === undefined) throw fault('trailing backslash at end of expression', '');
    return translateEscape(match, isInClass);
  }
}

function unicodeClass([whole, letter, negation, long, short]: RegExpExecArray): string {
  const name = long ?? short ?? '';
  const isNegated = (letter === 'P') !== (negation === '^');
  const isCategory = name.length <= 2;
  const body = `\\${isNegated ? 'P' : 'p'}{${isCategory ? name : `Script=${name}`}}`;
  try {
    return new RegExp(body, 'u').source;
  } catch {
    throw fault('invalid character class range', whole);
  }
}

function translateEscape(escape: string, isInClass: boolean): string {
  const char = escape.slice(1);
  if (char === 'A' && !isInClass) return '(?<![\\s\\S])';
  if (char === 'z' && !isInClass) return '(?![\\s\\S])';
  if (char === 's') return isInClass ? SPACE : `[${SPACE}]`;
  if (char === 'S') return isInClass ? escape : `[^${SPACE}]`;
  if (char === 'a') return '\\x07';
  if (char.startsWith('x{')) return `\\u${char.slice(1)}`;
  if (/^0[0-7]*$/.test(char)) return `\\x${Number.parseInt(char, 8).toString(16).padStart(2, '0')}`;
  if (/^[dDwWtnrfv]$|^x/.test(char) || (/^[bB]$/.test(char) && !isInClass)) return escape;
  // Punctuation may be escaped anywhere in RE2, in JavaScript only where it means something.
  if (/^[!-/:-@[-`{-~]$/.test(char))
    return /[\\^$.*+?()[\]{}|/]/.test(char) || (isInClass && char === '-') ? escape : char;
  throw fault('invalid escape sequence', escape);
}

function fault(what: string, where: string): SyntaxError {
  return new SyntaxError(`error parsing regexp: ${what}${where === '' ? '' : `: \`${where}\``}`);
}
