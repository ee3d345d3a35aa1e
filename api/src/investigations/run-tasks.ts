import { AgentTaskResource, INVESTIGATION_LABEL, type AgentTask, type Investigation } from '@nannyapi/crds';
import type { KubeClient } from '@nannyapi/runtime';
import { ownerUIDOf } from '../agent-protocol/task-cache.ts';
import { CALL } from '../http/kube-call.ts';
import { stepOf } from './run-events.ts';

/** Longest value of a label; the name of an investigation is cut to it. */
const MAX_LABEL_LENGTH = 63;

/** The tasks of one run as the API server has them, outputs included, in the order of their steps. */
export async function listRunTasks(client: KubeClient, investigation: Investigation): Promise<AgentTask[]> {
  const { namespace, name = '', uid } = investigation.metadata;
  const tasks = await client
    .resource<AgentTask>(AgentTaskResource)
    .listAll({ namespace, labelSelector: `${INVESTIGATION_LABEL}=${name.slice(0, MAX_LABEL_LENGTH)}` }, CALL);
  // Labels can be set by anyone and may be cut; the owner is certain.
  return tasks.filter((task) => ownerUIDOf(task) === uid).toSorted((a, b) => (stepOf(a) ?? 0) - (stepOf(b) ?? 0));
}
