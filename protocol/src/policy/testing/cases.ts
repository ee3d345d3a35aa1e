import { readFileSync } from 'node:fs';
import type { CaseKind } from '../check-case.ts';

/** One case of the policy's own fixture. */
export interface PolicyCase {
  readonly id: string;
  readonly kind: CaseKind;
  readonly verdict: 'accept' | 'refuse';
  readonly input: string;
}

/** Reads the fixture: every class of refusal, and the read-only commands and traces an engineer uses. */
export function readCases(): readonly PolicyCase[] {
  const text = readFileSync(new URL('../testdata/cases.jsonl', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PolicyCase);
}

/** Splits a line into words as a POSIX shell would, expanding nothing; the other form in which a model writes a command. */
export function posixWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of line) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = `${word ?? ''}${character}`;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = `${word ?? ''}${character}`;
    }
  }
  return word === undefined ? words : [...words, word];
}
