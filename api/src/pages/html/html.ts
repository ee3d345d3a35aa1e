/**
 * Markup that is safe to send: every value in it was escaped when it was put in.
 *
 * The constructor is private to this file by means of the symbol, so that no other file can call a string safe.
 */
export class Html {
  readonly #text: string;

  constructor(key: typeof KEY, text: string) {
    if (key !== KEY) throw new TypeError('Html is made by html`` alone');
    this.#text = text;
  }

  /** The markup. */
  toString(): string {
    return this.#text;
  }
}

const KEY = Symbol('Html');

/** What may stand in a template. `undefined`, `null` and `false` show nothing, so that `condition && html`…`` works. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template of markup: `html`<p title="${a}">${b}</p>``.
 *
 * Values are escaped for text and for quoted attributes alike; `html` inside of `html` is not escaped again. A whole
 * attribute may be given as `html` too (`<option ${isChosen && html`selected`}>`), never as a string.
 *
 * @throws TypeError for a value in a place where escaping does not help (`<a href=${x}>`, `<${x}>`, `<script>${x}`,
 *   `onclick="${x}"`): a fault of the template, found by any test that renders it.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let fixed = '';
  let text = '';
  for (const [index, value] of values.entries()) {
    fixed += strings[index] ?? '';
    if (!isSafeFor(value, fixed))
      throw new TypeError(`A value stands where it cannot be escaped: …${fixed.slice(-40)}`);
    text += (strings[index] ?? '') + markupOf(value);
  }
  return new Html(KEY, text + (strings[values.length] ?? ''));
}

/** Markup that another renderer has made safe. Only `plan.ts` needs it: its renderer escapes all that it is given. */
export function renderedByMarkdown(markup: string): Html {
  return new Html(KEY, markup);
}

/**
 * A path of this site, each value encoded as one segment or one value of the query: `path`/agents/${namespace}/${name}``.
 *
 * The fixed part must start with `/`, so that no value can make it the address of another site or a script.
 */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  if (!strings[0]?.startsWith('/') || strings[0].startsWith('//')) throw new TypeError('A path starts with one /');
  return strings.map((part, index) => part + (index < values.length ? segment(values[index] ?? '') : '')).join('');
}

/** A segment of dots alone would climb out of its folder, percent-encoded or not. */
function segment(value: string | number): string {
  return encodeURIComponent(value).replace(/^\.{1,2}$/, (dots) => dots.replaceAll('.', '%252E'));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** Whether a value is harmless after this fixed part of its template: as text, in quotes, or as an attribute of ours. */
function isSafeFor(value: HtmlValue, before: string): boolean {
  const tag = before.slice(Math.max(0, before.lastIndexOf('<')));
  if (!tag.startsWith('<') || isClosed(tag)) return !/<(?:script|style)\b[^>]*>$/i.test(tag);
  const isQuoted = (tag.split('"').length - 1) % 2 === 1;
  if (isQuoted) return !/\s(?:on\w+|style|srcdoc)\s*=\s*"[^"]*$/i.test(tag);
  return /\s$/.test(tag) && (value instanceof Html || value === false || value === undefined || value === null);
}

/** A `>` inside of quotes does not close a tag. */
function isClosed(tag: string): boolean {
  return tag.replaceAll(/"[^"]*"?/g, '').includes('>');
}
