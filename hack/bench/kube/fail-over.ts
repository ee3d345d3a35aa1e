import { killLeader } from '../../../e2e/cluster/harness/leader.ts';
import { rolledOut } from '../../../e2e/cluster/harness/release.ts';
import { tasksOfRun } from '../../../e2e/cluster/harness/runs.ts';
import type { Story } from '../../../e2e/cluster/harness/story.ts';
import { until } from '../../../e2e/cluster/harness/world.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../statistics.ts';

const TIMES = 3;
const DEADLINE_MS = 60_000;

/** Kills the operator that leads with kill -9, and asks a question at once that only the next one can answer. */
export async function failOver(story: Story): Promise<Measurement[]> {
  const toLead: number[] = [];
  const toAct: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const { killedMs, nextLeader } = await killLeader(story);
    const leads = nextLeader.then(() => toLead.push((performance.now() - killedMs) / 1000));
    const prompt = 'Who answers while nobody leads?';
    const [question] = await story.ask({
      name: `leaderless-${time}`,
      spec: { nodeName: story.nodes[0] ?? '', prompt },
    });
    await until(story.world.tasks, { what: 'the next leader gives work', deadlineMs: DEADLINE_MS }, (tasks) =>
      question === undefined ? undefined : tasksOfRun(tasks, question)[0],
    );
    toAct.push((performance.now() - killedMs) / 1000);
    await leads;
    await rolledOut(story.session);
  }
  return [
    { what: 'kill -9 of the leading operator → another leads', value: median(toLead), unit: 's' },
    { what: 'kill -9 of the leading operator → another gives work', value: median(toAct), unit: 's' },
  ];
}
