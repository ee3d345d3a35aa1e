import { describe, expect, it } from 'vitest';
import { dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, qualifiedNameErrors } from './names.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

describe('names', () => {
  it.each<[(text: string) => string[], string, string[]]>([
    [dns1123SubdomainErrors, 'a.b-c', []],
    [dns1123SubdomainErrors, 'Bad_Name', [SUBDOMAIN]],
    [dns1123SubdomainErrors, 'a'.repeat(254), ['must be no more than 253 bytes']],
    [dns1123LabelErrors, 'a.b', ['must not contain dots']],
    [qualifiedNameErrors, 'nannyai.dev/run-uid', []],
    [qualifiedNameErrors, '/x', ['prefix part must be non-empty']],
    [labelValueErrors, '', []],
    [labelValueErrors, 'a'.repeat(64), ['must be no more than 63 bytes']],
  ])('%o judges %s', (check, text, expected) => {
    expect(check(text)).toEqual(expected);
  });

  it('names the part of a key that is wrong', () => {
    expect(qualifiedNameErrors('a/b/c')[0]).toMatch(
      /^a valid label key must consist of .* with an optional DNS subdomain prefix/,
    );
    expect(qualifiedNameErrors('-x')[0]).toMatch(/^name part must consist of/);
  });
});
