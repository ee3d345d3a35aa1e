import type { Progress } from '@nannyapi/protocol';

/** What an agent said about one task while it ran. */
export interface TaskProgress {
  taskUID: string;
  progress: Progress;
}

/** Tasks whose progress is remembered; the oldest is forgotten first. */
const MAX_TASKS = 2000;
/** Two for each action or context item of a task. */
const MAX_ENTRIES = 128;

/**
 * What agents told of running tasks, for people who follow a run on this replica.
 *
 * It is never stored: a follower elsewhere, or after a restart, sees the same actions when the task's result is
 * stored.
 */
export class ProgressBoard {
  readonly #tasks = new Map<string, Progress[]>();
  readonly #listeners = new Set<(entry: TaskProgress) => void>();

  /** Remembers and passes on. */
  post(taskUID: string, progress: Progress): void {
    const entries = this.#tasks.get(taskUID) ?? [];
    if (entries.length >= MAX_ENTRIES) return;
    entries.push(progress);
    this.#tasks.set(taskUID, entries);
    if (this.#tasks.size > MAX_TASKS) this.forget(this.#tasks.keys().next().value ?? '');
    for (const listener of this.#listeners) listener({ taskUID, progress });
  }

  /** What is remembered of a task, oldest first. */
  of(taskUID: string): readonly Progress[] {
    return this.#tasks.get(taskUID) ?? [];
  }

  /** Drops a task whose stored result now says it all. */
  forget(taskUID: string): void {
    this.#tasks.delete(taskUID);
  }

  /** Calls back on every entry; returns the end of it. */
  onPost(listener: (entry: TaskProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
