import { describe, expect, it } from 'vitest';
import { localPath } from './local-path.ts';

const KEPT = [
  '/',
  '/investigations',
  '/investigations/default/inv-1?tab=steps&page=2',
  '/agents/default/host.example.com',
  '/device?user_code=WDJB-MJHT',
  '/a/b/../c',
  '/investigations?next=https://evil.example/',
  '/loginless',
];

const REPLACED: [string, string][] = [
  ['another scheme', 'https://evil.example/'],
  ['a scheme of scripts', 'javascript:alert(1)'],
  ['data', 'data:text/html,x'],
  ['a path without its slash', 'investigations'],
  ['nothing', ''],
  ['a host without a scheme', '//evil.example'],
  ['three slashes', '///evil.example'],
  ['slash and backslash', '/\\evil.example'],
  ['backslashes', '\\\\evil.example'],
  ['an encoded backslash after a tab', '/\t/evil.example'],
  ['a line break', '/\n/evil.example'],
  ['a header after a line break', '/x\r\nset-cookie: a=b'],
  ['a NUL', '/\0'],
  ['a double slash inside', '/x//evil.example'],
  ['a double slash behind dots', '/..//evil.example'],
  ['a user', '/@evil.example//'],
  ['a space', '/ /evil.example'],
  ['a character outside of ASCII that looks like a slash', '/\u2215/evil.example'],
  ['an at sign before a host', 'http:evil.example'],
  ['a fragment', '/#//evil.example'],
  ['the start of a login', '/auth/google/start'],
  ['the login page', '/login?return_to=/x'],
  ['logout', '/logout'],
  ['logout behind dots', '/x/../logout'],
  ['more than 1,024 characters', `/${'a'.repeat(1024)}`],
];

describe('path to return to', () => {
  it.each(KEPT)('is kept when it is one of ours: %s', (path) => {
    expect(localPath(path)).toBe(path);
  });

  it.each(REPLACED)('is the first page for %s', (_what, path) => {
    expect(localPath(path)).toBe('/');
  });

  it('is the first page when there is none', () => {
    expect(localPath(undefined)).toBe('/');
  });

  it('never leads to another origin, as a browser reads it', () => {
    for (const path of [...KEPT, ...REPLACED.map(([, each]) => each)])
      expect(new URL(localPath(path), 'https://nanny.example').origin).toBe('https://nanny.example');
  });
});
