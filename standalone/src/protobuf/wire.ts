import { badRequest } from '../status/status-error.ts';

/** One field of a message as it stands on the wire. */
export interface WireField {
  number: number;
  /** A length-delimited value, or the bytes of none. */
  bytes: Buffer;
  /** A varint value, 0 for the others. */
  varint: bigint;
}

/** Longest varint: 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

/**
 * Reads the fields of one protobuf message (protobuf.dev, "Encoding").
 *
 * @throws StatusError BadRequest for bytes that are no message.
 */
export function* readFields(message: Buffer): Generator<WireField> {
  let offset = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = message[offset];
      if (byte === undefined) break;
      offset += 1;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return value;
    }
    throw malformed();
  };
  const take = (length: number): Buffer => {
    if (offset + length > message.length) throw malformed();
    offset += length;
    return message.subarray(offset - length, offset);
  };
  while (offset < message.length) {
    const tag = Number(readVarint());
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) yield { number, bytes: Buffer.alloc(0), varint: readVarint() };
    else if (type === 1) yield { number, bytes: take(8), varint: 0n };
    else if (type === 2) yield { number, bytes: take(Number(readVarint())), varint: 0n };
    else if (type === 5) yield { number, bytes: take(4), varint: 0n };
    else throw malformed();
  }
}

function malformed(): Error {
  return badRequest('the request body is not valid protobuf');
}
