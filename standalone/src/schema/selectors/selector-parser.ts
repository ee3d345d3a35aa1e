import { lexSelector } from './selector-lexer.ts';
import type { SelectorToken } from './selector-lexer.ts';

/** One term of a label selector as it was written; what its parts may be is not checked here. */
export interface LabelTerm {
  key: string;
  operator: 'exists' | '!' | 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<';
  /** Without duplicates, sorted; none for `exists` and `!`. */
  values: readonly string[];
}

/** A selector that does not follow the grammar; the message is kube-apiserver's. */
export class SelectorSyntaxError extends Error {
  override readonly name = 'SelectorSyntaxError';
}

const BINARY: ReadonlySet<string> = new Set(['in', 'notin', '=', '==', '!=', '>', '<']);

/**
 * Parses the grammar of label selectors: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>5,m<7`.
 *
 * `checkKey` is called on each key as soon as it is read, so that the first fault is the one reported.
 *
 * @throws SelectorSyntaxError, and what `checkKey` throws.
 */
export function parseTerms(selector: string, checkKey: (key: string) => void): LabelTerm[] {
  const parser = new Parser(lexSelector(selector), checkKey);
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly SelectorToken[];
  readonly #checkKey: (key: string) => void;
  #position = 0;

  constructor(tokens: readonly SelectorToken[], checkKey: (key: string) => void) {
    this.#tokens = tokens;
    this.#checkKey = checkKey;
  }

  parse(): LabelTerm[] {
    const terms: LabelTerm[] = [];
    if (this.#peek().type === 'end') return terms;
    if (!this.#startsTerm()) throw this.#unexpected(`, expected: !, identifier, or 'end of string'`);
    for (;;) {
      terms.push(this.#term());
      if (this.#peek().type === 'end') return terms;
      if (this.#peek().type !== ',') throw this.#unexpected(`, expected: ',' or 'end of string'`);
      this.#take();
      if (!this.#startsTerm()) throw this.#unexpected(`, expected: identifier after ','`);
    }
  }

  #peek(): SelectorToken {
    return this.#tokens[this.#position] ?? { type: 'end', text: '' };
  }

  #take(): SelectorToken {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #startsTerm(): boolean {
    return this.#peek().type === 'word' || this.#peek().type === '!';
  }

  #term(): LabelTerm {
    const isNegated = this.#peek().type === '!';
    if (isNegated) this.#take();
    if (this.#peek().type !== 'word') throw this.#inTerm(', expected: identifier');
    const key = this.#take().text;
    this.#checkKey(key);
    if (isNegated) return { key, operator: '!', values: [] };
    if (this.#peek().type === 'end' || this.#peek().type === ',') return { key, operator: 'exists', values: [] };
    const { text } = this.#peek();
    if (!BINARY.has(text)) throw this.#inTerm(', expected: in, notin, =, ==, !=, gt, lt');
    this.#take();
    const operator = text as LabelTerm['operator'];
    return { key, operator, values: operator === 'in' || operator === 'notin' ? this.#set() : [this.#value()] };
  }

  #value(): string {
    const { type, text } = this.#peek();
    if (type === 'end' || type === ',') return '';
    if (type !== 'word') throw this.#inTerm(', expected: identifier');
    this.#take();
    return text;
  }

  /** `(a,b)`; empty places, as in `(,a)` and `()`, are the empty value. */
  #set(): string[] {
    if (this.#peek().type !== '(') throw this.#inTerm(` expected: '('`);
    this.#take();
    const values = new Set<string>();
    if (!['word', ',', ')'].includes(this.#peek().type)) throw this.#inTerm(`, expected: ',', ')' or identifier`);
    for (;;) {
      values.add(this.#peek().type === 'word' ? this.#take().text : '');
      if (this.#peek().type === ')') break;
      if (this.#peek().type !== ',') throw this.#inTerm(`, expected: ',' or ')'`);
      this.#take();
      if (!['word', ',', ')'].includes(this.#peek().type)) throw this.#inTerm(`, expected: ',', or identifier`);
    }
    this.#take();
    return [...values].sort();
  }

  #unexpected(expectation: string): SelectorSyntaxError {
    return new SelectorSyntaxError(`found '${this.#peek().text}'${expectation}`);
  }

  #inTerm(expectation: string): SelectorSyntaxError {
    return new SelectorSyntaxError(`unable to parse requirement: found '${this.#peek().text}'${expectation}`);
  }
}
