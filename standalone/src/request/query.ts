/**
 * The parameters of a URL query.
 *
 * As in Go's net/url, a parameter with malformed percent-encoding or a semicolon in it is dropped, and the rest counts.
 */
export function parseQuery(text: string): URLSearchParams {
  if (!text.includes('%') && !text.includes(';')) return new URLSearchParams(text);
  const sound = text.split('&').filter((pair) => !pair.includes(';') && !/%(?![\da-f]{2})/i.test(pair));
  return new URLSearchParams(sound.join('&'));
}

/** How Kubernetes reads a boolean parameter: anything but `false`, `0` and nothing is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}
