import type { AgentTask } from '@nannyapi/crds';
import type { ResourceClient } from '@nannyapi/runtime';

/**
 * A client whose lists and watches leave the outputs out of tasks; all other verbs are the given client's.
 *
 * The facade's cache needs to know which tasks are open and how actions ended, never what they printed, and a
 * task holds up to a megabyte of previews until it is deleted with its investigation.
 */
export function slimTaskClient(client: ResourceClient<AgentTask>): ResourceClient<AgentTask> {
  const slim: Pick<ResourceClient<AgentTask>, 'list' | 'watch'> = {
    list: async (...args) => {
      const page = await client.list(...args);
      return { ...page, items: page.items.map(withoutOutputs) };
    },
    async *watch(...args) {
      for await (const event of client.watch(...args)) {
        yield event.type === 'BOOKMARK' ? event : { ...event, object: withoutOutputs(event.object) };
      }
    },
  };
  return new Proxy(client, {
    get: (target, member) => {
      if (member === 'list' || member === 'watch') return slim[member];
      const value: unknown = Reflect.get(target, member, target);
      // Bound to the client itself, whose private fields a proxy does not have.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The task without previews, standard error and managed fields. */
function withoutOutputs(task: AgentTask): AgentTask {
  const { managedFields: _, ...metadata } = task.metadata;
  if (!task.status?.results) return { ...task, metadata };
  const results = task.status.results.map(({ preview: _preview, stderr: _stderr, ...result }) => result);
  return { ...task, metadata, status: { ...task.status, results } };
}
