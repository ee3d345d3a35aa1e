/** What the generated pages are written with: Markdown that comes out the same on every run. */

/** First line of a page that a generator owns whole. */
export function generatedBy(source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`. Do not edit. -->`;
}

/** A table; cells may hold Markdown, pipes and line breaks in them are made harmless. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|').trim();
}

/** Text as code; of the two spellings that Markdown has, the one that the text allows. */
export function code(text: string): string {
  if (text === '') return '';
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A block of code. */
export function block(text: string, language = ''): string {
  return `\`\`\`${language}\n${text.replace(/\n+$/, '')}\n\`\`\``;
}

/** Words as code, separated by spaces, folded into lines of at most 110 characters. */
export function wordBlock(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 110) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return block(lines.join('\n'));
}

/** A page of paragraphs, with one empty line between and one line end at the end. */
export function page(...paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}

/** A quantity of bytes as code, with its size in words where that is a round number. */
export function bytes(count: number): string {
  const units = [
    { size: 1024 ** 3, name: 'GiB' },
    { size: 1024 ** 2, name: 'MiB' },
    { size: 1024, name: 'KiB' },
  ];
  const unit = units.find(({ size }) => count >= size && count % size === 0);
  return unit ? `\`${count}\` (${count / unit.size} ${unit.name})` : `\`${count}\``;
}
