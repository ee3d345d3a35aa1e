/** A part of a text and how much of the text it leaves out. */
export interface TextWindow {
  text: string;
  omittedBytes: number;
}

/** Length of a text in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * The whole text if it is short, else its head and its tail with a line between them that says what is missing.
 *
 * Two thirds go to the head. Cuts fall on line ends where one is near, and never inside a character.
 *
 * @param id the evidence id, for the line that tells how to see the rest
 */
export function headAndTail(text: string, maxBytes: number, id: string): TextWindow {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return { text, omittedBytes: 0 };
  const head = cutAfterLine(sliceBytes(text, 0, Math.floor((maxBytes * 2) / 3)).text);
  const tail = cutBeforeLine(sliceBytes(text, bytes.length - Math.floor(maxBytes / 3), maxBytes).text);
  const from = byteLength(head);
  const omittedBytes = bytes.length - from - byteLength(tail);
  const lines = text.slice(head.length, text.length - tail.length).split('\n').length - 1;
  const mark = `[… ${omittedBytes} bytes, ${lines} lines left out here; read ${id} from byte ${from} shows them …]`;
  return { text: `${head}${head.endsWith('\n') ? '' : '\n'}${mark}\n${tail}`, omittedBytes };
}

/** A byte range of a text, shrunk to whole characters. A range beyond the end is empty. */
export function sliceBytes(text: string, offsetBytes: number, lengthBytes: number): TextWindow {
  const bytes = Buffer.from(text);
  let start = Math.min(Math.max(0, offsetBytes), bytes.length);
  let end = Math.min(start + Math.max(0, lengthBytes), bytes.length);
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  while (end > start && end < bytes.length && isContinuation(bytes[end])) end -= 1;
  const slice = bytes.subarray(start, Math.max(start, end));
  return { text: slice.toString('utf8'), omittedBytes: bytes.length - slice.length };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** How far from a cut a line end is looked for, in characters. */
const NEAR_CHARS = 512;

function cutAfterLine(text: string): string {
  const end = text.lastIndexOf('\n');
  return end >= 0 && text.length - end <= NEAR_CHARS ? text.slice(0, end + 1) : text;
}

function cutBeforeLine(text: string): string {
  const end = text.indexOf('\n');
  return end >= 0 && end <= NEAR_CHARS ? text.slice(end + 1) : text;
}
