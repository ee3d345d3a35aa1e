import { API_VERSION, type AgentTask, type Investigation, type InvestigationSpec } from '@nannyapi/crds';
import { finished } from '../../system/investigate.ts';
import { manifests } from './manifests.ts';
import { inNamespace, mustKubectl, type ClusterSession } from './session.ts';
import { until, type World } from './world.ts';

/** A question about a node, a pod or an agent. */
export interface Question {
  namespace: string;
  name: string;
  spec: Pick<InvestigationSpec, 'prompt'> & Partial<InvestigationSpec>;
}

/** An Investigation as a person would write it. */
export function investigationOf({ namespace, name, spec }: Question): Investigation {
  return { apiVersion: API_VERSION, kind: 'Investigation', metadata: { namespace, name }, spec };
}

/** Asks questions with `kubectl apply`, all in one call. */
export async function ask({ kubectl }: ClusterSession, questions: readonly Question[]): Promise<void> {
  await mustKubectl(kubectl, ['apply', '-f', '-'], manifests(questions.map(investigationOf)));
}

/** Waits with `kubectl wait` until each question has an answer or has failed, and reads them. */
export async function answers(session: ClusterSession, questions: readonly Question[]): Promise<Investigation[]> {
  return await Promise.all(
    questions.map(async ({ namespace, name }) => await finished(inNamespace(session.kubectl, namespace), name)),
  );
}

/** The tasks of a run that exist just now. */
export function tasksOfRun(tasks: readonly AgentTask[], { namespace, name }: Question): AgentTask[] {
  return tasks.filter(
    ({ metadata }) =>
      metadata.namespace === namespace && metadata.ownerReferences?.some((owner) => owner.name === name),
  );
}

/** Waits until the agent has taken a task of the run and is at it. */
export async function taskUnderWay(world: World, question: Question): Promise<AgentTask> {
  return await until(
    world.tasks,
    { what: `a task of ${question.name} is claimed and not ended`, deadlineMs: 60_000 },
    (tasks) => tasksOfRun(tasks, question).find(({ status }) => status?.claim && status.outcome === undefined),
  );
}

/** Why a run ended: the reason of `Succeeded`. */
export function reasonOf(investigation: Investigation): string | undefined {
  return investigation.status?.conditions?.find(({ type }) => type === 'Succeeded')?.reason;
}
