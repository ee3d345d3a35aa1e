/** Builds one protobuf message (protobuf.dev, "Encoding"); fields may come in any order, default values are left out. */
export class WireWriter {
  readonly #parts: Buffer[] = [];

  /** The message so far. */
  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** A message, a text, or raw bytes; nothing when absent. */
  bytesField(field: number, value: Uint8Array | string | undefined): this {
    if (value === undefined) return this;
    const bytes = Buffer.from(value);
    this.#parts.push(varint((field << 3) | 2), varint(bytes.length), bytes);
    return this;
  }

  /** A whole number from 0 to 2^53 - 1; nothing when absent or 0. */
  integerField(field: number, value: number | undefined): this {
    if (value !== undefined && value !== 0) this.#parts.push(varint(field << 3), varint(value));
    return this;
  }

  booleanField(field: number, value: boolean | undefined): this {
    return this.integerField(field, value === true ? 1 : 0);
  }

  doubleField(field: number, value: number | undefined): this {
    if (value === undefined || value === 0) return this;
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#parts.push(varint((field << 3) | 1), bytes);
    return this;
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  // No bitwise operators: they would cut at 32 bits.
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
