import { describe, expect, it } from 'vitest';
import { tasksOfRun } from '../harness/runs.ts';
import type { Story } from '../harness/story.ts';

/** Counts what was done in all of the runs so far, whatever happened meanwhile. */
export function ledger(at: () => Story): void {
  describe('in all of the runs and through all of that', () => {
    it('each task that was claimed was started once, by the agent of its node, and none twice', () => {
      const story = at();
      const tasks = story.questions.flatMap((question) => tasksOfRun(story.world.tasks.store.list(), question));
      const starts = story.diary.startsByTask();
      expect(tasks.length).toBeGreaterThanOrEqual(story.questions.length);
      const odd = tasks.flatMap(({ metadata, spec, status }) => {
        const uid = metadata.uid ?? '';
        const count = starts.get(uid) ?? 0;
        const nodes = story.diary.nodesOf(uid);
        // Of a task that ended Unknown its agent may have died before it said that it started it.
        const isSound = count === 1 || (count === 0 && status?.outcome !== 'Succeeded');
        if (isSound && nodes.every((node) => node === spec.agentRef.name)) return [];
        return [`${metadata.name}: ${status?.outcome}, ${count} starts on ${nodes.join()}`];
      });
      expect(odd).toEqual([]);
    });

    it('each task ended, and no task of a finished run is left open', () => {
      const { world, questions } = at();
      const open = questions
        .flatMap((question) => tasksOfRun(world.tasks.store.list(), question))
        .filter(({ status }) => status?.outcome === undefined);
      expect(open.map(({ metadata }) => metadata.name)).toEqual([]);
    });
  });
}
