import { redactSecrets } from '../redact.ts';

/**
 * Bytes of a host as text that may leave it: UTF-8 with U+FFFD for what is none, with a space for each NUL and without secrets.
 *
 * The whole text is looked at in one piece, so that a secret cannot hide on the border of two.
 */
export function hostText(bytes: Uint8Array): string {
  return cleanText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

/** The same for what is text already. */
export function cleanText(text: string): string {
  // NUL stands between the words of /proc/<pid>/cmdline: run together they would say less, and hide secrets.
  return redactSecrets(text.replaceAll('\0', ' '));
}

/** The head of a text that takes at most `maxBytes` of UTF-8, cut between characters. */
export function headOf(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  return bytes.toString('utf8', 0, characterBorder(bytes, maxBytes));
}

/** The last offset at or before `end` at which a character of UTF-8 begins. */
export function characterBorder(bytes: Uint8Array, end: number): number {
  if (end >= bytes.length) return bytes.length;
  let border = end;
  while (border > 0 && ((bytes[border] ?? 0) & 0xc0) === 0x80) border -= 1;
  return border;
}
