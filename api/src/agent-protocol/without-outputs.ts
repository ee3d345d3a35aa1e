import type { AgentTask } from '@nannyapi/crds';

/**
 * The task without previews, standard error and what the cluster knows, for the facade's cache.
 *
 * It needs to know which tasks are open and how actions ended, never what they printed, and a task holds up to a
 * megabyte of texts until it is deleted with its investigation.
 */
export function withoutOutputs(whole: AgentTask): AgentTask {
  const { clusterContext: _context, ...spec } = whole.spec;
  const task = whole.spec.clusterContext ? { ...whole, spec } : whole;
  if (!task.status?.results) return task;
  const results = task.status.results.map(({ preview: _preview, stderr: _stderr, ...result }) => result);
  return { ...task, status: { ...task.status, results } };
}
