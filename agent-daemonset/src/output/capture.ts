/**
 * Keeps the head of a stream and counts the rest.
 *
 * The tail is never held: a host under pressure is exactly where a tool may print without end.
 */
export class HeadCapture {
  readonly #capBytes: number;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #totalBytes = 0;

  /** @param capBytes how much to keep. */
  constructor(capBytes: number) {
    this.#capBytes = capBytes;
  }

  /** Takes the next piece. */
  push(data: Buffer): void {
    this.#totalBytes += data.length;
    const room = this.#capBytes - this.#keptBytes;
    if (room <= 0) return;
    // A copy, or the small head would hold the whole pool buffer behind it.
    const head = data.length > room ? Buffer.from(data.subarray(0, room)) : data;
    this.#kept.push(head);
    this.#keptBytes += head.length;
  }

  /** What came, in bytes; more than was kept when {@link isCut}. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  get isCut(): boolean {
    return this.#totalBytes > this.#keptBytes;
  }

  /** The kept head. */
  bytes(): Buffer {
    return Buffer.concat(this.#kept);
  }
}
