import type { Refusal } from './verdict.ts';
import { refuse, shown } from './verdict.ts';

/** Limits of one command; the AgentTask schema has the same. */
export const WORD_LIMITS = { maxWords: 64, maxWordCharacters: 1024, maxLineCharacters: 4096 } as const;

/** The words of a command line, or why it has none. */
export type SplitResult = { readonly verdict: 'accept'; readonly words: readonly string[] } | Refusal;

const SHELL_CHARACTERS = new Set(';&|<>$(){}*?[]!#~`\\');
/** What acts between double quotes: a dollar or backslash that stands for itself in POSIX (2.2.3) is left alone. */
const ACTIVE_IN_DOUBLE_QUOTES = /[`!]|\\(?![A-Za-z0-9.|+()?{}<>/-])|\$(?![|)]|$)/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
const LONG_OPTION_PREFIX = /^(?:--[a-z][a-z0-9-]*|-[A-Za-z])=$/;
const NEAREST = 'an argv array of plain words, such as ["ss", "-s"]';

/**
 * Splits a command line that consists of plain words.
 *
 * Space separates. A word may be quoted as a whole (or the value of `--option="value"`), and then
 * holds anything that its quotes leave alone: between single quotes every character but the
 * quote, between double quotes none of dollar, backtick, backslash and exclamation mark. All
 * else that a shell would act on is a refusal, so the split never depends on which shell reads it.
 */
export function splitWords(line: string): SplitResult {
  const unfit = checkLine(line);
  if (unfit) return unfit;
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    if (line[at] === ' ') {
      at += 1;
      continue;
    }
    const word = readWord(line, at, words.length === 0);
    if ('verdict' in word) return word;
    words.push(word.text);
    at = word.end;
  }
  const [verb] = words;
  if (verb === undefined) return refuse('command-name', 'the command is empty', NEAREST);
  if (ASSIGNMENT.test(verb)) return refuse('no-shell', `${shown(verb)} is an assignment before the command`, NEAREST);
  return { verdict: 'accept', words };
}

function checkLine(line: string): Refusal | undefined {
  if (line.length > WORD_LIMITS.maxLineCharacters) {
    return refuse('command-size', `the line has ${line.length} characters`, 'at most 4,096');
  }
  if (/[\n\r]/.test(line)) return refuse('no-shell', 'a newline separates commands', 'one command a call');
  const strange = findStrangeCharacter(line);
  return strange === undefined
    ? undefined
    : refuse('plain-ascii', `${strange} is no printable ASCII character`, NEAREST);
}

/** Finds the first character outside printable ASCII, as `U+0430`. */
export function findStrangeCharacter(text: string): string | undefined {
  const found = /[^ -~]/u.exec(text)?.[0].codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
}

function readWord(line: string, start: number, isVerb: boolean): { text: string; end: number } | Refusal {
  let at = start;
  while (at < line.length && line[at] !== ' ' && line[at] !== "'" && line[at] !== '"') {
    const character = line.charAt(at);
    if (SHELL_CHARACTERS.has(character)) {
      return refuse('no-shell', `${shown(character)} in ${shown(line.slice(start))} would need a shell`, NEAREST);
    }
    at += 1;
  }
  const bare = line.slice(start, at);
  const quote = line[at];
  if (quote !== "'" && quote !== '"') return { text: bare, end: at };
  if (isVerb || (bare !== '' && !LONG_OPTION_PREFIX.test(bare))) {
    return refuse('no-shell', `a quote inside the word ${shown(line.slice(start))}`, 'quotes around a whole operand');
  }
  return readQuoted(line, at, bare);
}

function readQuoted(line: string, open: number, bare: string): { text: string; end: number } | Refusal {
  const quote = line.charAt(open);
  const close = line.indexOf(quote, open + 1);
  if (close < 0) return refuse('no-shell', `the quote ${quote} is never closed`, NEAREST);
  const next = line[close + 1];
  if (next !== undefined && next !== ' ') {
    return refuse('no-shell', 'a quote that ends inside a word', 'quotes around a whole operand');
  }
  const inner = line.slice(open + 1, close);
  const active = quote === '"' ? ACTIVE_IN_DOUBLE_QUOTES.exec(inner)?.[0] : undefined;
  if (active !== undefined) {
    return refuse('no-shell', `${shown(active)} is active between double quotes`, 'an argv array');
  }
  return { text: bare + inner, end: close + 1 };
}

/** Refuses an argv that is empty, too large or not printable ASCII. */
export function checkWords(argv: readonly string[]): Refusal | undefined {
  if (argv.length === 0) return refuse('command-name', 'the argv is empty', NEAREST);
  if (argv.length > WORD_LIMITS.maxWords) return refuse('command-size', `${argv.length} words`, 'at most 64 words');
  for (const word of argv) {
    if (word === '') return refuse('command-operand', 'an empty word', 'leave it out');
    if (word.length > WORD_LIMITS.maxWordCharacters) {
      return refuse('command-size', `a word of ${word.length} characters`, 'at most 1,024');
    }
    const strange = findStrangeCharacter(word);
    if (strange !== undefined) return refuse('plain-ascii', `${strange} in ${shown(word)}`, NEAREST);
  }
  return undefined;
}
