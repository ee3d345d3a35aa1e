import { ApiError } from '../http/api-error.ts';

/** A part of a text; `endBytes` is the first byte after it. */
export interface ByteRange {
  startBytes: number;
  endBytes: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110 §14.2).
 *
 * Several ranges, other units, and any range of nothing are answered with the whole, as the RFC allows: who reads the
 * head of a text of unknown size must not fail because it is empty.
 *
 * @returns `undefined` when the whole is to be sent.
 * @throws ApiError `RangeNotSatisfiable` when no byte of the range exists.
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if ((first === '' && last === '') || sizeBytes === 0) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const startBytes = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const endBytes = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (startBytes < endBytes) return { startBytes, endBytes };
  throw new ApiError('RangeNotSatisfiable', `The content has ${sizeBytes} bytes`);
}
