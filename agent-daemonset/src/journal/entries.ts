import type { Task, TaskResult } from '@nannyapi/protocol';

/** A task as the journal needs it: enough to end it without the control plane's help. */
export interface JournalledTask {
  uid: string;
  name: string;
  namespace: string;
  type: Task['spec']['type'];
}

/**
 * One line of the journal, JSON.
 *
 * ```
 * Claiming ── Started ── (ActionStarted ── ActionEnded)* ── Ended ── Acknowledged
 *    │           └─ no Ended: the agent died in between. Unknown, never repeated.
 *    └─ no Started: nothing ran. It may be claimed again.
 * ```
 */
export type JournalEntry =
  /** Always the first line. */
  | { entry: 'Journal'; version: 1; journalID: string; time: string }
  | { entry: 'Claiming'; task: JournalledTask; time: string }
  /** On disk before the first program of the task runs. */
  | { entry: 'Started'; uid: string; time: string }
  | {
      entry: 'ActionStarted';
      uid: string;
      actionID: string;
      source: string;
      pid?: number;
      startTicks?: number;
      time: string;
    }
  | { entry: 'ActionEnded'; uid: string; result: TaskResult['results'][number]; time: string }
  /** On disk before the result is sent; the result stays here until it is acknowledged. */
  | { entry: 'Ended'; uid: string; result: TaskResult; time: string }
  /** The control plane has the result, or has told that it wants none. */
  | { entry: 'Acknowledged'; uid: string; time: string };

/** What the journal knows of one task that is not done with. */
export interface OpenTask {
  task: JournalledTask;
  state: 'Claiming' | 'Started' | 'Ended';
  /** Actions that ended, with what they brought. */
  actions: TaskResult['results'];
  /** The action that was running when the journal stopped. */
  running?: { actionID: string; source: string; pid?: number; startTicks?: number };
  result?: TaskResult;
}

/** Applies one entry to what is known; entries about unknown tasks change nothing. */
export function applyEntry(open: Map<string, OpenTask>, entry: JournalEntry): void {
  if (entry.entry === 'Journal') return;
  if (entry.entry === 'Claiming') {
    if (!open.has(entry.task.uid)) open.set(entry.task.uid, { task: entry.task, state: 'Claiming', actions: [] });
    return;
  }
  const known = open.get(entry.uid);
  if (!known) return;
  switch (entry.entry) {
    case 'Started':
      known.state = 'Started';
      break;
    case 'ActionStarted': {
      const { entry: _entry, uid: _uid, time: _time, ...running } = entry;
      known.running = running;
      break;
    }
    case 'ActionEnded':
      known.actions.push(entry.result);
      delete known.running;
      break;
    case 'Ended':
      known.state = 'Ended';
      known.result = entry.result;
      break;
    case 'Acknowledged':
      open.delete(entry.uid);
      break;
  }
}

/** The entries that stand for an open task, for a compacted journal. */
export function entriesOf({ task, state, actions, running, result }: OpenTask, time: string): JournalEntry[] {
  const { uid } = task;
  return [
    { entry: 'Claiming', task, time },
    ...(state === 'Claiming' ? [] : [{ entry: 'Started', uid, time } as const]),
    ...(result ? [] : actions.map((action) => ({ entry: 'ActionEnded', uid, result: action, time }) as const)),
    ...(running && !result ? [{ entry: 'ActionStarted', uid, ...running, time } as const] : []),
    ...(result ? [{ entry: 'Ended', uid, result, time } as const] : []),
  ];
}
