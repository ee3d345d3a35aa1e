import { compareResourceVersions } from './resource-version.ts';

/** So many lists in a row may be older than what was seen before; after that the server's history is believed. */
const MAX_STALE_LISTS = 5;

/**
 * How far a reflector has come in the history of its resource.
 *
 * A watch resumes from the last list or bookmark, not from the last event: only those promise that nothing before them
 * is still on its way. A server whose events overtake each other (several writers behind one store) would otherwise make
 * a cut connection lose the one that was overtaken. What is sent twice that way is recognised by its version.
 */
export class Position {
  #checkpoint: string | undefined;
  #newest: string | undefined;
  #staleLists = 0;

  /** Where the next watch starts; `undefined` when only a list helps. */
  get resumeFrom(): string | undefined {
    return this.#checkpoint;
  }

  /** Everything up to that version has arrived. */
  reached(version: string): void {
    this.#checkpoint = version;
    this.saw(version);
  }

  /** An event of that version arrived; others before it may not have. */
  saw(version: string | undefined): void {
    const order = compareResourceVersions(version, this.#newest);
    if (this.#newest === undefined || (order !== undefined && order > 0)) this.#newest = version;
  }

  /** The history can no longer be followed: list next. */
  lose(): void {
    this.#checkpoint = undefined;
  }

  /**
   * Whether a list may replace the store.
   *
   * A list older than what was seen comes from a replica that lags behind, and would take the store back in time. A
   * server that says so again and again was restored from a backup: then its truth is the truth.
   */
  accepts(listVersion: string): boolean {
    const order = compareResourceVersions(listVersion, this.#newest);
    const isStale = order !== undefined && order < 0;
    if (isStale && this.#staleLists < MAX_STALE_LISTS) {
      this.#staleLists += 1;
      return false;
    }
    this.#staleLists = 0;
    if (isStale) this.#newest = undefined;
    return true;
  }
}
