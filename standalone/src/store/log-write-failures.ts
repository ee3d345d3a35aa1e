import type { Logger } from '@nannyapi/process';
import type { ObjectStore } from './object-store.ts';

/** Logs when writes begin to fail and when they go on: once each, however many clients are refused in between. */
export function logWriteFailures(store: Pick<ObjectStore, 'observe'>, log: Logger): () => void {
  let failing: string | undefined;
  return store.observe({
    onFailed: ({ problem, message }) => {
      if (failing === problem) return;
      failing = problem;
      log.error({ problem, reason: message }, 'Nothing can be stored');
    },
    onTransaction: () => {
      if (failing === undefined) return;
      failing = undefined;
      log.info({}, 'Writes are stored again');
    },
  });
}
