/**
 * Compiles a pattern of Go's RE2 syntax to a JavaScript RegExp.
 *
 * Look-around and back-references, which RE2 lacks, are refused so that a pattern that works here also works
 * on a cluster. Leading flag groups `(?i)` and `(?s)`, `(?P<name>`, `\z`, `\A` and POSIX classes are translated.
 * Throws SyntaxError.
 */
export function compileGoRegexp(pattern: string): RegExp {
  if (/(^|[^\\])(\\\\)*\(\?(=|!|<=|<!)/.test(pattern)) throw new SyntaxError('invalid or unsupported Perl syntax');
  if (/(^|[^\\])(\\\\)*\\[1-9]/.test(pattern)) throw new SyntaxError('invalid escape sequence');
  const lead = /^\(\?([ims]+)\)/.exec(pattern);
  const body = (lead === null ? pattern : pattern.slice(lead[0].length))
    .replaceAll('(?P<', '(?<')
    .replace(/\\z/g, '$')
    .replace(/\\A/g, '^')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX_CLASSES[name] ?? whole);
  const flags = lead?.[1] ?? '';
  try {
    return new RegExp(body, `u${flags}`);
  } catch {
    // Unicode mode refuses needless escapes such as \- outside a class, which RE2 takes.
    return new RegExp(body, flags);
  }
}

const POSIX_CLASSES: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};
