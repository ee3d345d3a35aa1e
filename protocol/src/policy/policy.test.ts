import { describe, expect, it } from 'vitest';
import {
  POLICY_HASH,
  RULES,
  checkArgv,
  checkCase,
  checkCommandLine,
  checkTrace,
  commandCatalogue,
  isRefusal,
} from './index.ts';
import { posixWords, readCases } from './testing/cases.ts';

const cases = readCases();

/** Lines that are refused only for their quotes; as words they are a harmless command. */
const REFUSED_FOR_QUOTES = [
  '"cat" /etc/hosts',
  "'cat' /etc/hosts",
  'c"a"t /etc/hosts',
  'cat /etc/"hosts"',
  "cat '/etc/hosts",
];

describe('the policy', () => {
  it('judges every case of the fixture as written there', () => {
    const wrong = cases.filter(({ kind, input, verdict }) => checkCase(kind, input).verdict !== verdict);
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(1500);
  });

  it('gives a command line and its argv the same verdict', () => {
    const differing = cases
      .filter(({ kind, input }) => kind === 'cmd' && !REFUSED_FOR_QUOTES.includes(input))
      // A tab or a line break separates words: the argv no longer shows it.
      .filter(({ input }) => !/[\t\n\r\v\u0085\u00a0\u2028]/.test(input))
      .filter(({ input, verdict }) => checkArgv(posixWords(input)).verdict !== verdict);
    expect(differing).toEqual([]);
  });

  it('names a rule of the table in every refusal, and in its message', () => {
    for (const { kind, input } of cases) {
      const verdict = checkCase(kind, input);
      if (!isRefusal(verdict)) continue;
      expect(Object.keys(RULES)).toContain(verdict.rule);
      expect(verdict.message.startsWith(`${verdict.rule}: `)).toBe(true);
      expect(verdict.message).toMatch(/^[ -~]{10,1200}$/);
    }
  });

  it('accepts a trace again after it was written anew, and writes it the same way', () => {
    for (const { kind, input, verdict } of cases) {
      if (kind !== 'bpftrace' || verdict !== 'accept') continue;
      const first = checkTrace(input);
      if (isRefusal(first)) throw new Error(first.message);
      expect(checkTrace(first.program)).toEqual(first);
    }
  });

  it('accepts every example of the catalogue', () => {
    for (const { examples } of commandCatalogue) {
      for (const example of examples)
        expect({ example, verdict: checkCommandLine(example) }).toMatchObject({ verdict: { verdict: 'accept' } });
    }
  });

  it('lists each command once, with a use and an example of its own', () => {
    const names = commandCatalogue.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    for (const { name, use, examples } of commandCatalogue) {
      expect(use.length).toBeGreaterThan(2);
      expect(examples[0]?.split(' ')[0]).toBe(name);
    }
  });

  it('has a hash', () => {
    expect(POLICY_HASH).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
