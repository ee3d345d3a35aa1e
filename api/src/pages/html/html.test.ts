import { describe, expect, it } from 'vitest';
import { Html, html, path } from './html.ts';

/** By another name, for the formatter mends templates of `html`. */
const template = html;

describe('html', () => {
  const hostile: [string, string][] = [
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'],
    ["' autofocus onfocus='alert(1)", '&#39; autofocus onfocus=&#39;alert(1)'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['</title><script>', '&lt;/title&gt;&lt;script&gt;'],
    ['</pre>', '&lt;/pre&gt;'],
    ['${7*7}{{7*7}}', '${7*7}{{7*7}}'],
  ];

  it.each(hostile)('escapes %j in text and in attributes', (value, escaped) => {
    expect(String(html`<p title="${value}">${value}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('takes markup of its own as it is, also in lists', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(String(template`<ul>${items}</ul>`)).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  });

  it('shows nothing for what is absent, and zero as zero', () => {
    expect(String(html`${undefined}${null}${false}${0}${''}`)).toBe('0');
  });

  it('refuses a template in which a value could break out', () => {
    const value = 'x onload=alert(1)';
    for (const unsafe of [
      () => template`<a href=${value}>`,
      () => template`<${value}>`,
      () => template`<a ${value}>`,
      () => template`<script>${value}</script>`,
      () => template`<style>${value}</style>`,
      () => template`<a onclick="${value}">`,
      () => template`<p style="${value}">`,
    ])
      expect(unsafe).toThrow(TypeError);
  });

  it('takes a whole attribute only when it is markup of its own', () => {
    expect(String(template`<option ${html`selected`} ${false}>`)).toBe('<option selected >');
    expect(() => template`<option ${'selected'}>`).toThrow(TypeError);
    expect(() => template`<option value=${html`x`}>`).toThrow(TypeError);
  });

  it('is not fooled by a > inside of quotes, nor by text with quotes', () => {
    expect(String(template`<a title="a > b" href="${'x'}">"${'y'}</a>`)).toBe('<a title="a > b" href="x">"y</a>');
  });

  it('is the only maker of safe markup', () => {
    expect(() => new Html(Symbol('Html') as never, '<script>')).toThrow(TypeError);
  });
});

describe('path', () => {
  it.each([
    ['a/b', '/agents/a%2Fb'],
    ['a?b#c', '/agents/a%3Fb%23c'],
    ['javascript:alert(1)', '/agents/javascript%3Aalert(1)'],
    ['//evil.example', '/agents/%2F%2Fevil.example'],
    ['..', '/agents/%252E%252E'],
  ])('keeps %j within its segment', (value, expected) => {
    expect(path`/agents/${value}`).toBe(expected);
  });

  it('refuses an address that a value could choose', () => {
    expect(() => path`${'https://evil.example'}/x`).toThrow(TypeError);
    expect(() => path`//${'evil.example'}`).toThrow(TypeError);
  });
});
