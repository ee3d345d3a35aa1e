/** A part of a text, by its indexes. */
export interface TextPlace {
  start: number;
  end: number;
}

/**
 * Where a quotation stands in a text; a verdict may differ from the text in its blanks alone.
 *
 * Both are made plain first and then searched by the engine's own search: a pattern made of the quotation could be
 * written so that looking for it takes for ever.
 */
export function findQuote(text: string, quote: string): TextPlace | undefined {
  const exact = text.indexOf(quote);
  if (exact >= 0 && quote.trim() !== '') return { start: exact, end: exact + quote.length };
  const wanted = quote.trim().replaceAll(/\s+/g, ' ');
  if (wanted === '') return undefined;
  const { plain, places } = withSingleBlanks(text);
  const start = plain.indexOf(wanted);
  if (start < 0) return undefined;
  return { start: places[start] ?? 0, end: (places[start + wanted.length - 1] ?? 0) + 1 };
}

/** A text with one blank for each run of them, and for each of its characters the place that it had. */
function withSingleBlanks(text: string): { plain: string; places: Uint32Array } {
  const places = new Uint32Array(text.length);
  const parts: string[] = [];
  let length = 0;
  for (const { 0: part, index } of text.matchAll(/\S+|\s+/g)) {
    const kept = part.trim() === '' ? ' ' : part;
    for (let offset = 0; offset < kept.length; offset++) places[length + offset] = index + offset;
    length += kept.length;
    parts.push(kept);
  }
  return { plain: parts.join(''), places };
}
