import type { IncomingMessage } from 'node:http';
import { CodedError } from '@nannyapi/process';

/** Answers larger than this are none of ours. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** The body of an answer. @throws CodedError `ConnectionFailed` (status 0) when it breaks off or does not end. */
export async function readBytes(response: IncomingMessage, maxBytes = MAX_ANSWER_BYTES): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new RangeError(`The answer is larger than ${maxBytes} bytes`);
      pieces.push(piece);
    }
  } catch (cause) {
    throw new CodedError({ code: 'ConnectionFailed', message: 'The answer broke off', status: 0, cause });
  }
  return Buffer.concat(pieces);
}

/** The body of an answer as JSON; `undefined` for an empty one. @throws CodedError `BadAnswer`, `ConnectionFailed`. */
export async function readJson(response: IncomingMessage): Promise<unknown> {
  const text = (await readBytes(response)).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CodedError({ code: 'BadAnswer', message: 'The control plane answered with no JSON', status: 0, cause });
  }
}
