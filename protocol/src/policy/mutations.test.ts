import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArgv, checkCase, checkCommandLine, checkToolCall, checkTrace } from './index.ts';
import { posixWords, readCases } from './testing/cases.ts';

const refused = readCases().filter(({ verdict }) => verdict === 'refuse');
/**
 * Refused commands that stay hostile as words. Those refused only for quotes, space or letters are left out, and
 * those that lack a bound, for which a mutation may well supply one.
 */
const hostile = refused
  .filter(({ kind, input }) => kind === 'cmd' && /^[ -~]+$/.test(input))
  .map(({ input }) => posixWords(input))
  .filter((words) => {
    const verdict = words.length === 0 ? undefined : checkArgv(words);
    return verdict?.verdict === 'refuse' && verdict.rule !== 'command-unbounded';
  });

type Mutation = (words: readonly string[], at: number, seed: number) => readonly string[];

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: '\u0430',
  c: '\u0441',
  e: '\u0435',
  o: '\u043e',
  p: '\u0440',
  x: '\u0445',
  s: '\u0455',
  i: '\u0456',
  '-': '\u2013',
  '/': '\u2044',
};

function replaceWord(words: readonly string[], at: number, ...by: readonly string[]): readonly string[] {
  return [...words.slice(0, at), ...by, ...words.slice(at + 1)];
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  order: (words, at, seed) => {
    const rest = words.slice(1);
    const shift = rest.length === 0 ? 0 : (at + seed) % rest.length;
    return [words[0] ?? '', ...rest.slice(shift), ...rest.slice(0, shift)];
  },
  clusterSplit: (words, at) => {
    const word = words[at] ?? '';
    return /^-[A-Za-z]{2,}$/.test(word)
      ? replaceWord(words, at, ...Array.from(word.slice(1), (letter) => `-${letter}`))
      : words;
  },
  clusterGrow: (words, at, seed) => {
    const word = words[at] ?? '';
    const letter = (seed % 2 === 0 ? 'anlvqhst' : 'alvqlavq').charAt(seed % 8);
    if (at === 0 || !/^-[A-Za-z]+$/.test(word)) return words;
    return replaceWord(words, at, seed % 2 === 0 ? `${word}${letter}` : `-${letter}${word.slice(1)}`);
  },
  abbreviation: (words, at, seed) => {
    const [name = '', value] = (words[at] ?? '').split('=');
    if (!/^--[a-z-]{4,}$/.test(name)) return words;
    const short = name.slice(0, name.length - 1 - (seed % 3));
    return replaceWord(words, at, value === undefined ? short : `${short}=${value}`);
  },
  attachValue: (words, at) => {
    const [word = '', next] = words.slice(at, at + 2);
    // A single letter would become a flag of the cluster: ps -f e asks for environments, ps -fe does not.
    if (at === 0 || next === undefined || next.length < 2 || !word.startsWith('-')) return words;
    return [...words.slice(0, at), `${word}${word.startsWith('--') ? '=' : ''}${next}`, ...words.slice(at + 2)];
  },
  detachValue: (words, at) => {
    const match = /^(--[a-z-]+)=(.*)$/.exec(words[at] ?? '');
    return match ? replaceWord(words, at, match[1] ?? '', match[2] ?? '') : words;
  },
  case: (words, at, seed) => {
    const word = words[at] ?? '';
    if (/^[-+]/.test(word) && !word.startsWith('--')) return words;
    const spot = seed % Math.max(word.length, 1);
    return replaceWord(words, at, `${word.slice(0, spot)}${word.charAt(spot).toUpperCase()}${word.slice(spot + 1)}`);
  },
  repeat: (words, at) =>
    (words[at] ?? '').startsWith('-') ? replaceWord(words, at, words[at] ?? '', words[at] ?? '') : words,
  lookAlike: (words, at, seed) => {
    const word = words[at] ?? '';
    const spot = seed % Math.max(word.length, 1);
    return replaceWord(
      words,
      at,
      `${word.slice(0, spot)}${LOOK_ALIKES[word.charAt(spot)] ?? '\u200b'}${word.slice(spot + 1)}`,
    );
  },
  slashes: (words, at) => replaceWord(words, at, (words[at] ?? '').replaceAll('/', '//').replace(/^\/\//, '/./')),
};

describe('mutations of refused commands', () => {
  it.each(Object.entries(MUTATIONS))('stay refused: %s', (_, mutate) => {
    fc.assert(
      fc.property(fc.constantFrom(...hostile), fc.nat(63), fc.nat(1000), (words, spot, seed) => {
        const mutant = mutate(words, spot % words.length, seed);
        expect({ mutant, verdict: checkArgv(mutant).verdict }).toEqual({ mutant, verdict: 'refuse' });
      }),
      { numRuns: 8000, seed: 20261125 },
    );
  });

  it('stay refused when two are made after one another', () => {
    const mutations = Object.values(MUTATIONS);
    const step = fc.tuple(fc.constantFrom(...mutations), fc.nat(63), fc.nat(1000));
    fc.assert(
      fc.property(fc.constantFrom(...hostile), step, step, (words, [first, at, seed], [second, otherAt, otherSeed]) => {
        const once = first(words, at % words.length, seed);
        const mutant = second(once, otherAt % once.length, otherSeed);
        expect({ mutant, verdict: checkArgv(mutant).verdict }).toEqual({ mutant, verdict: 'refuse' });
      }),
      { numRuns: 20_000, seed: 20261125 },
    );
  });

  it('stay refused behind and before an accepted command, whatever joins them', () => {
    const joints = [';', ' ; ', '&', '&&', '|', '||', '\n', '\r\n', '`', '$(', ' # ', '>', '<', '\u0000', '\u2028'];
    fc.assert(
      fc.property(fc.constantFrom(...hostile), fc.constantFrom(...joints), fc.boolean(), (words, joint, first) => {
        const line = first ? `${words.join(' ')}${joint}uptime` : `uptime${joint}${words.join(' ')}`;
        expect({ line, verdict: checkCommandLine(line).verdict }).toEqual({ line, verdict: 'refuse' });
      }),
      { numRuns: 5000, seed: 20261125 },
    );
  });
});

describe('hostile input of any form', () => {
  it('is judged without an exception', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .constantFrom(...readCases().map(({ input }) => input))
        .chain((input) => fc.nat(Math.max(input.length, 1)).map((cut) => input.slice(0, cut))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const kind of ['cmd', 'bpftrace', 'bpftrace-argv', 'json'] as const)
          expect(['accept', 'refuse']).toContain(checkCase(kind, text).verdict);
      }),
      { numRuns: 5000, seed: 20261125 },
    );
  });

  it('is judged without an exception when it is any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(checkToolCall(value).verdict).toBe('refuse');
      }),
      { numRuns: 3000, seed: 20261125 },
    );
  });

  it('stays refused as a trace when a harmless clause stands beside it', () => {
    const traces = refused
      .filter(({ kind, input }) => kind === 'bpftrace' && input.trim() !== '')
      .map(({ input }) => input);
    for (const trace of traces) {
      const harmless = 'tracepoint:oom:mark_victim { @ = count(); }';
      for (const program of [`${harmless} ${trace}`, `${trace} ${harmless}`]) {
        expect({ program, verdict: checkTrace(program).verdict }).toEqual({ program, verdict: 'refuse' });
      }
    }
  });
});
