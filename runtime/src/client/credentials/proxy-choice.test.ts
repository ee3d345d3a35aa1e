import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy-choice.ts';

const PROXY = 'http://proxy:3128';

describe('proxyFor', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://api.example.com:6443', {}, undefined],
    ['https://api.example.com:6443', { HTTPS_PROXY: PROXY }, PROXY],
    ['https://api.example.com:6443', { https_proxy: PROXY }, PROXY],
    ['https://api.example.com:6443', { HTTPS_PROXY: '', https_proxy: PROXY }, PROXY],
    ['https://api.example.com:6443', { HTTP_PROXY: PROXY }, undefined],
    ['http://api.example.com', { HTTP_PROXY: PROXY }, PROXY],
    ['https://api.example.com', { HTTPS_PROXY: 'proxy:3128' }, PROXY],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: PROXY }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: PROXY }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: PROXY }, undefined],
  ])('for %s with %j: %s', (server, env, expected) => {
    expect(proxyFor(new URL(server), env)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    ['*', 'https://api.example.com', true],
    ['example.com', 'https://api.example.com', true],
    ['example.com', 'https://example.com', true],
    ['EXAMPLE.com', 'https://Example.com', true],
    ['.example.com', 'https://api.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://api.example.com', true],
    ['example.com', 'https://badexample.com', false],
    ['example.com:6443', 'https://example.com:6443', true],
    ['example.com:6443', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['10.96.0.0/12', 'https://10.100.1.1', true],
    ['10.96.0.0/12', 'https://10.112.0.1', false],
    ['10.96.0.0/12', 'https://example.com', false],
    ['10.96.0.0/99', 'https://10.96.0.1', false],
    ['10.96.0.1', 'https://10.96.0.1:443', true],
    ['10.96.0.1:443', 'https://10.96.0.1:6443', false],
    ['fd00::/8', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
    [' a.com , example.com ', 'https://example.com', true],
    ['', 'https://example.com', false],
  ])('with NO_PROXY %j, %s goes directly: %s', (exceptions, server, isDirect) => {
    expect(proxyFor(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: exceptions }) === undefined).toBe(isDirect);
  });
});
