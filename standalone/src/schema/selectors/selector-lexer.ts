/** What a token of a label selector is: a word (key, value, `in`, `notin`), an operator, or the end. */
export interface SelectorToken {
  type: 'word' | 'end' | 'error' | ')' | ',' | '!' | '==' | '=' | '>' | '<' | '!=' | '(';
  text: string;
}

const SYMBOLS: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const SPECIAL = '=!(),><';
const BLANK = ' \t\r\n';

/**
 * Splits a label selector into tokens; the last is always the end.
 *
 * A symbol is as long as its characters make one: `===` is `==` and `=`. NUL ends the selector, as in Kubernetes' lexer.
 */
export function lexSelector(selector: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  let offset = 0;
  while (offset < selector.length && selector[offset] !== '\0') {
    const char = selector[offset] ?? '';
    if (BLANK.includes(char)) {
      offset += 1;
      continue;
    }
    const token = SPECIAL.includes(char) ? symbolAt(selector, offset) : wordAt(selector, offset);
    tokens.push(token);
    offset += token.text.length;
  }
  return [...tokens, { type: 'end', text: '' }];
}

function symbolAt(selector: string, offset: number): SelectorToken {
  const two = selector.slice(offset, offset + 2);
  const text = SYMBOLS.has(two) ? two : selector.slice(offset, offset + 1);
  return { type: SYMBOLS.has(text) ? (text as SelectorToken['type']) : 'error', text };
}

function wordAt(selector: string, offset: number): SelectorToken {
  let end = offset;
  while (end < selector.length && !isWordEnd(selector[end] ?? '')) end += 1;
  return { type: 'word', text: selector.slice(offset, end) };
}

function isWordEnd(char: string): boolean {
  return char === '\0' || SPECIAL.includes(char) || BLANK.includes(char);
}
