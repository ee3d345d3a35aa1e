import type { ServerResponse } from 'node:http';

/** What happens to the events of a watch while it lasts. */
export type WatchBend =
  /** Each event comes twice. */
  | 'Duplicate'
  /** An event comes after the next three of other objects. */
  | 'Reorder'
  /** Each bookmark comes after the next event. */
  | 'DelayBookmarks'
  /** The next deletion is lost with the connection, and the history that would tell it is gone. */
  | 'LoseDelete';

/** How a watch ends, in good order or not, or falls silent for ever. */
export type WatchEnd = 'CutMidLine' | 'Stall' | 'End' | 'Reset' | 'ErrorEvent' | 'Garbage';

/** What goes wrong with one watch. */
export interface WatchFault {
  bend?: WatchBend | undefined;
  /** After so many lines of the server, in such a way; absent when nothing ends it. */
  end?: { how: WatchEnd; afterLines: number } | undefined;
}

/** One line of a watch on its way to the client, whole, without its end. */
export interface WatchLine {
  text: string;
  type: string;
  /** `namespace/name`, empty for bookmarks. */
  key: string;
}

/** An event that others overtake comes after so many of them. */
const MAX_OVERTAKEN = 3;

/** A watch that goes wrong: takes the server's lines and sends what the fault makes of them. */
export class FaultyWatch {
  #fault: WatchFault;
  readonly #response: ServerResponse;
  readonly #expire: () => void;
  #lines = 0;
  #held: WatchLine | undefined;
  #overtaken = 0;
  #isMute = false;

  /** @param expire makes the next watch fail with 410. */
  constructor(fault: WatchFault, response: ServerResponse, expire: () => void) {
    this.#fault = fault;
    this.#response = response;
    this.#expire = expire;
  }

  /** The server sent a line. */
  take(line: WatchLine): void {
    if (this.#isMute) return;
    const { bend, end } = this.#fault;
    if (end && this.#lines >= end.afterLines) this.#finish(end.how, line);
    else this.#bend(bend, line);
    this.#lines += 1;
  }

  /** The server ended the watch. */
  end(): void {
    if (this.#isMute) return;
    this.#release();
    this.#response.end();
  }

  /** Nothing more goes wrong; but a connection that is dead stays dead. */
  calm(): void {
    if (this.#isMute) return;
    this.#release();
    this.#fault = {};
  }

  #finish(how: WatchEnd, line: WatchLine): void {
    this.#isMute = true;
    switch (how) {
      case 'Stall':
        return;
      case 'End':
        this.#response.end();
        return;
      case 'CutMidLine':
        this.#response.write(line.text.slice(0, line.text.length / 2), () => this.#reset());
        return;
      case 'Garbage':
        this.#response.end('{"type":"MODIFIED","object":\n');
        return;
      case 'ErrorEvent':
        this.#response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500 } })}\n`);
        return;
      case 'Reset':
        this.#reset();
    }
  }

  #bend(bend: WatchBend | undefined, line: WatchLine): void {
    const isBookmark = line.type === 'BOOKMARK';
    if (bend === 'LoseDelete' && line.type === 'DELETED') {
      this.#isMute = true;
      this.#expire();
      this.#reset();
    } else if (bend === 'Reorder') {
      this.#overtake(line);
    } else if (bend === 'DelayBookmarks' && isBookmark && !line.text.includes('initial-events-end')) {
      // Still true when it comes late: it tells of less than what was sent.
      this.#held = line;
    } else {
      this.#send(line);
      if (bend === 'Duplicate' && !isBookmark) this.#send(line);
      this.#release();
    }
  }

  /** Never across a bookmark, which promises that all before it came. */
  #overtake(line: WatchLine): void {
    const isBookmark = line.type === 'BOOKMARK';
    if (!this.#held && !isBookmark) {
      this.#held = line;
      this.#overtaken = 0;
      return;
    }
    const mayOvertake = !isBookmark && line.key !== this.#held?.key;
    if (!mayOvertake) this.#release();
    this.#send(line);
    this.#overtaken += 1;
    if (this.#overtaken >= MAX_OVERTAKEN) this.#release();
  }

  #release(): void {
    if (this.#held) this.#send(this.#held);
    this.#held = undefined;
  }

  #send({ text }: WatchLine): void {
    this.#response.write(`${text}\n`);
  }

  #reset(): void {
    this.#response.socket?.resetAndDestroy();
  }
}
