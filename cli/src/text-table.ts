/**
 * Rows as aligned columns under a head, as kubectl prints them; the last column is not padded.
 *
 * What hosts and people say of themselves stands in cells, so control characters are taken out: a terminal would obey
 * them.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(plain))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A text without what a terminal would obey. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '');
}
