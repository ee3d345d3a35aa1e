import { describe, expect, it } from 'vitest';
import { isProxied, readProxyRule } from './proxy-rule.ts';

const ask = (noProxy: string, url: string): boolean => {
  const rule = readProxyRule('http://proxy.example:3128', noProxy);
  return rule !== undefined && isProxied(rule, new URL(url));
};

describe('which requests go through a proxy', () => {
  it('is none without HTTPS_PROXY, and all without NO_PROXY', () => {
    expect(readProxyRule(undefined, undefined)).toBeUndefined();
    expect(readProxyRule('', 'x')).toBeUndefined();
    expect(ask('', 'https://nanny.example')).toBe(true);
  });

  it.each([
    ['nanny.example', 'https://nanny.example', false],
    ['NANNY.example', 'https://nanny.EXAMPLE:8443', false],
    ['nanny.example', 'https://a.nanny.example', false],
    ['.nanny.example', 'https://a.nanny.example', false],
    ['*.nanny.example', 'https://a.nanny.example', false],
    ['nanny.example', 'https://notnanny.example', true],
    ['nanny.example:8443', 'https://nanny.example:8443', false],
    ['nanny.example:8443', 'https://nanny.example', true],
    ['nanny.example:443', 'https://nanny.example', false],
    ['other.example, 10.0.0.5', 'https://10.0.0.5:7444', false],
    ['0.0.5', 'https://10.0.0.5', true],
    ['[fd00::1]', 'https://[fd00::1]:7444', false],
    ['fd00::1', 'https://[fd00::1]:7444', false],
    ['[fd00::1]:7444', 'https://[fd00::1]:7444', false],
    ['*', 'https://nanny.example', false],
    [',, ', 'https://nanny.example', true],
  ])('NO_PROXY=%s and %s: %s', (noProxy, url, expected) => {
    expect(ask(noProxy, url)).toBe(expected);
  });

  it('takes a proxy without a scheme, and refuses other schemes without repeating a password', () => {
    expect(readProxyRule('proxy.example:3128', undefined)?.proxy.href).toBe('http://proxy.example:3128/');
    expect(() => readProxyRule('socks5://u:secret@proxy.example', undefined)).toThrow(
      expect.objectContaining({ code: 'InvalidConfig', message: expect.not.stringContaining('secret') }),
    );
  });
});
