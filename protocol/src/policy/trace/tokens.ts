import { shown } from '../verdict.ts';
import { refuseTrace } from './trace-refusal.ts';

/** The kinds of token inside predicates and bodies. */
export type TokenType = 'int' | 'string' | 'name' | 'map' | 'scalar' | 'punctuation' | 'end';

/** One token and where it starts. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly at: number;
}

const SPACE = /[ \t\n]*/y;
const PATTERNS: readonly (readonly [TokenType, RegExp])[] = [
  ['int', /(?:0x[0-9a-fA-F]{1,16}|\d{1,19}(?:e\d)?)(?![A-Za-z0-9_])/y],
  ['string', /"(?:[^"\\]|\\[nt"\\])*"/y],
  ['map', /@[A-Za-z0-9_]*/y],
  ['scalar', /\$[A-Za-z_][A-Za-z0-9_]*/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['punctuation', /\+\+|--|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}[\]]/y],
];

/**
 * Reads tokens one at a time from a program. Probe lists are read as text by `readProbeWord`, since
 * their names hold characters that are operators elsewhere.
 */
export class TokenReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Where the next token is looked for. */
  get at(): number {
    return this.#at;
  }

  /** Whether nothing but space is left. */
  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#source.length;
  }

  /** Shows the next token without taking it. */
  peek(): Token {
    this.#skipSpace();
    return this.#match();
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    this.#at = token.at + token.text.length;
    return token;
  }

  /** Takes the next token if it is this punctuation or name. */
  take(text: string): boolean {
    const token = this.peek();
    if (token.type === 'string' || token.text !== text) return false;
    this.next();
    return true;
  }

  /** Takes the next token, which must be this punctuation. */
  expect(text: string): void {
    const token = this.next();
    if (token.type === 'string' || token.text !== text) {
      refuseTrace('trace-syntax', `expected ${shown(text)} but found ${shown(token.text)}`, { at: token.at });
    }
  }

  /** Takes the text of one attach point: up to space, comma, brace or the slash of a predicate. */
  readProbeWord(): string {
    this.#skipSpace();
    const pattern = /(?:uprobe|uretprobe|usdt|u|ur|U):[^\s,{]*|[^\s,{/]+/y;
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += word.length;
    return word;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#source)?.[0].length ?? 0;
    const here = this.#source.slice(this.#at, this.#at + 2);
    if (here === '//' || here === '/*') {
      refuseTrace('trace-syntax', 'comments are not part of the grammar', { at: this.#at });
    }
    if (here.startsWith('#')) {
      refuseTrace('trace-syntax', 'the preprocessor is closed', { at: this.#at });
    }
  }

  #match(): Token {
    if (this.#at >= this.#source.length) return { type: 'end', text: '', at: this.#at };
    for (const [type, pattern] of PATTERNS) {
      pattern.lastIndex = this.#at;
      const text = pattern.exec(this.#source)?.[0];
      if (text !== undefined) return { type, text, at: this.#at };
    }
    if (this.#source[this.#at] === '$') {
      refuseTrace('trace-argv', 'positional parameters are closed', { at: this.#at, nearest: 'the value itself' });
    }
    return refuseTrace('trace-syntax', `${shown(this.#source.slice(this.#at, this.#at + 12))} is no token`, {
      at: this.#at,
    });
  }
}
