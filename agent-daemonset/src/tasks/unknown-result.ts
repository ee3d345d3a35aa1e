import type { TaskResult } from '@nannyapi/protocol';
import type { OpenTask } from '../journal/entries.ts';

/**
 * The result of a task in which the agent died: what had ended is kept, what was running is Unknown, what had not
 * begun is not told at all, for nobody can say more.
 */
export function unknownResult(journalID: string, open: OpenTask): TaskResult {
  const running = open.running;
  return {
    journalID,
    outcome: 'Unknown',
    message: 'The agent died while this task ran. What it had started was ended; the task is not started again.',
    results: [
      ...open.actions,
      ...(running
        ? [
            {
              actionID: running.actionID,
              source: running.source,
              outcome: 'Unknown' as const,
              message: 'The agent died while this ran.',
            },
          ]
        : []),
    ],
  };
}
