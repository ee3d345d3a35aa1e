/** Counts the output of a task against its limit, and divides what is left among the actions to come. */
export class OutputBudget {
  #remainingBytes: number;
  #shareBytes: number;

  /** @param maxBytes what the whole task may send, before compression. */
  constructor(maxBytes: number) {
    this.#remainingBytes = maxBytes;
    this.#shareBytes = maxBytes;
  }

  /** What the next action may send. */
  get shareBytes(): number {
    return Math.min(this.#shareBytes, this.#remainingBytes);
  }

  /** Divides what is left by the number of actions to come, so that the first cannot take it all. */
  share(actionsLeft: number): void {
    this.#shareBytes = Math.ceil(this.#remainingBytes / Math.max(1, actionsLeft));
  }

  spend(bytes: number): void {
    this.#remainingBytes = Math.max(0, this.#remainingBytes - bytes);
  }
}
