import type { AgentTask, Investigation } from '@nannyapi/crds';
import { objectKey, refKey, type Informer } from '@nannyapi/runtime';
import { BY_OWNER } from './controllers/investigation/fresh-tasks.ts';
import { isFinished } from './controllers/investigation/run.ts';

/**
 * What the task informer keeps of a task: all while its run goes on, and nothing of what actions printed once it is over.
 *
 * Diagnosticians read previews until the verdict. After it nobody here does, and a task holds up to 130 KB of them until
 * its investigation is deleted, perhaps weeks later.
 */
export function keepOutputsWhileRunning(investigations: Informer<Investigation>): (task: AgentTask) => AgentTask {
  return (task) => {
    const owner = task.metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Investigation');
    if (!owner || (!task.status?.results && !task.spec.clusterContext)) return task;
    const run = investigations.store.get(refKey({ namespace: task.metadata.namespace, name: owner.name }));
    if (run?.metadata.uid !== owner.uid || !isFinished(run)) return task;
    const { clusterContext: _clusterContext, ...spec } = task.spec;
    const results = task.status?.results?.map(({ preview: _preview, stderr: _stderr, ...result }) => result);
    return { ...task, spec, ...(results ? { status: { ...task.status, results } } : {}) };
  };
}

/** Lets go of the outputs in the store of each run that ends, or is found to have ended before this process began. */
export function forgetOutputsOfFinished(informers: {
  investigations: Informer<Investigation>;
  tasks: Informer<AgentTask>;
}): void {
  const { investigations, tasks } = informers;
  investigations.onChange(({ type, object, previous }) => {
    if (type === 'Deleted' || !isFinished(object) || (previous && isFinished(previous))) return;
    tasks.retransform(tasks.store.byIndex(BY_OWNER, object.metadata.uid ?? '').map(objectKey));
  });
}
