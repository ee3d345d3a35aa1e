import { describe, expect, it } from 'vitest';
import { extraFault } from './impersonated-extra.ts';

describe('extraFault', () => {
  it.each<[Record<string, string[]>]>([[{}], [{ 'example.com/scope': ['a', 'b'] }]])('has none in %j', (extra) => {
    expect(extraFault(extra)).toBeUndefined();
  });

  it.each<[Record<string, string[]>, RegExp]>([
    [{ '': ['a'] }, /empty string key/],
    [{ scope: ['a'] }, /domain-prefixed path/],
    [{ '/scope': ['a'] }, /domain-prefixed path/],
    [{ 'example.com/': ['a'] }, /domain-prefixed path/],
    [{ 'Example.com/scope': ['a'] }, /RFC 1123 subdomain/],
    [{ 'example.com/a b': ['a'] }, /its path must match/],
    [{ 'example.com/Scope': ['a'] }, /non-lowercase/],
    [{ 'example.com/scope': [] }, /empty values/],
    [{ 'example.com/scope': [''] }, /empty string value/],
  ])('of %j is %s', (extra, fault) => {
    expect(extraFault(extra)).toMatch(fault);
  });
});
