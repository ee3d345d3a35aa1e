import type { AgentTask } from '@nannyapi/crds';
import type { ResourceClient } from '@nannyapi/runtime';

/**
 * A client whose lists and watches leave the outputs out of tasks; all other verbs are the given client's.
 *
 * The facade's cache needs to know which tasks are open and how actions ended, never what they printed, and a
 * task holds up to a megabyte of previews until it is deleted with its investigation.
 */
export function slimTaskClient(client: ResourceClient<AgentTask>): ResourceClient<AgentTask> {
  return {
    get: (...args) => client.get(...args),
    list: async (...args) => {
      const page = await client.list(...args);
      return { ...page, items: page.items.map(withoutOutputs) };
    },
    listAll: async (...args) => (await client.listAll(...args)).map(withoutOutputs),
    create: (...args) => client.create(...args),
    update: (...args) => client.update(...args),
    apply: (...args) => client.apply(...args),
    patch: (...args) => client.patch(...args),
    patchStatus: (...args) => client.patchStatus(...args),
    delete: (...args) => client.delete(...args),
    async *watch(...args) {
      for await (const event of client.watch(...args)) {
        yield event.type === 'BOOKMARK' ? event : { ...event, object: withoutOutputs(event.object) };
      }
    },
  };
}

/** The task without previews, standard error and managed fields. */
function withoutOutputs(task: AgentTask): AgentTask {
  const { managedFields: _, ...metadata } = task.metadata;
  if (!task.status?.results) return { ...task, metadata };
  const results = task.status.results.map(({ preview: _preview, stderr: _stderr, ...result }) => result);
  return { ...task, metadata, status: { ...task.status, results } };
}
