import { cleanText } from '../output/host-text.ts';

const MAX_CHARACTERS = 1024;

/** A command as a person would type it; quotes only where a shell would need them. */
export function commandSource(argv: readonly string[]): string {
  return shortened(argv.map(quoted).join(' '));
}

/** A trace as a person would type it. */
export function traceSource(program: string): string {
  return shortened(`bpftrace -e ${quoted(program)}`);
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function shortened(text: string): string {
  const clean = cleanText(text);
  return clean.length <= MAX_CHARACTERS ? clean : `${clean.slice(0, MAX_CHARACTERS - 3)}...`;
}
