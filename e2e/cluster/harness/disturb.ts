import type { Investigation } from '@nannyapi/crds';
import { ungroundedQuotes } from '../../system/investigate.ts';
import { answers, reasonOf, taskUnderWay, type Question } from './runs.ts';
import { inNamespace } from './session.ts';
import { SHOP, type Story } from './story.ts';

/** A disturbance while runs are under way. */
export interface Disturbance {
  /** Names the runs. */
  name: string;
  /** The nodes on which a task must be under way when the deed is done. */
  nodes: readonly string[];
  deed: () => Promise<void>;
}

/**
 * Starts two runs on each node, does the deed while a task of one is under way on each of the nodes, and waits for the
 * end of all.
 *
 * @returns what is wrong with which run: it has no verdict, or one that is not proved.
 */
export async function disturb(story: Story, { name, nodes, deed }: Disturbance): Promise<string[]> {
  const questions = story.nodes.flatMap((nodeName) =>
    ['a', 'b'].map((run) => ({
      namespace: SHOP,
      name: `${name}-${nodeName}-${run}`,
      spec: { nodeName, prompt: `Why is this node slow? (${name})` },
    })),
  );
  const strike = async (): Promise<void> => {
    await Promise.all(nodes.map(async (node) => await underWayOn(story, questions, node)));
    await deed();
  };
  // Looked for while they are being asked: a first task lasts hardly longer than kubectl takes to come back.
  await Promise.all([strike(), story.ask(...questions)]);
  const ended = await answers(story.session, questions);
  const problems = await Promise.all(ended.map(async (investigation) => await problemsOf(story, investigation)));
  return problems.flat();
}

async function problemsOf(story: Story, investigation: Investigation): Promise<string[]> {
  const { metadata, status } = investigation;
  const ungrounded = await ungroundedQuotes(inNamespace(story.session.kubectl, SHOP), investigation);
  const hasVerdict = VERDICTS.has(reasonOf(investigation) ?? '');
  return [
    ...(hasVerdict ? [] : [`${metadata.name}: ${JSON.stringify(status?.conditions)}`]),
    ...ungrounded.map((quote) => `${metadata.name} quotes what is not there: ${quote}`),
  ];
}

const VERDICTS = new Set(['RootCauseFound', 'NoFaultFound', 'Inconclusive']);

async function underWayOn(story: Story, asked: readonly Question[], node: string): Promise<void> {
  const there = asked.filter(({ spec }) => spec.nodeName === node);
  // One that is claimed may wait for its turn; only what the agent has started is hit by what happens to it.
  await Promise.any(
    there.map(async (question) => {
      const task = await taskUnderWay(story.world, question);
      await story.diary.started(task.metadata.uid ?? '');
    }),
  );
}
