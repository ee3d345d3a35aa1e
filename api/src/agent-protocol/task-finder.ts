import { AGENT_LABEL, AgentTaskResource, agentLabelValue, type AgentTask } from '@nannyapi/crds';
import type { KubeClient, ObjectQuery, ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { agentKey, type AgentPrincipal } from '../identity/principal.ts';
import { agentKeyOf, type TaskCache } from './task-cache.ts';

/** Objects a page while a task is looked for. */
const PAGE_SIZE = 500;

/** Finds the task that an agent speaks of, and answers for no task of another agent. */
export class TaskFinder {
  readonly #cache: TaskCache;
  readonly #tasks: ResourceClient<AgentTask>;
  /** The search of each agent that is under way. */
  readonly #searches = new Map<string, Promise<unknown>>();

  constructor(deps: { cache: TaskCache; client: KubeClient }) {
    this.#cache = deps.cache;
    this.#tasks = deps.client.resource<AgentTask>(AgentTaskResource);
  }

  /**
   * The task as this replica knows it, or, when another replica was quicker, as the API server does.
   *
   * @throws ApiError `TaskNotFound`, also for the tasks of other agents: nobody learns which uids there are.
   */
  async find(agent: AgentPrincipal, uid: string): Promise<AgentTask> {
    const task = this.#cache.byUID(uid) ?? (isUID(uid) ? await this.#search(agent, uid) : undefined);
    if (!task || agentKeyOf(task) !== agentKey(agent)) throw taskNotFound(uid);
    return task;
  }

  /** The newest state of a task that was found before. @throws ApiError `TaskNotFound` when it was deleted since. */
  async refresh(task: AgentTask): Promise<AgentTask> {
    const { namespace, name = '', uid = '' } = task.metadata;
    const live = await this.#tasks.get({ namespace, name }, CALL);
    if (live.metadata.uid !== uid) throw taskNotFound(uid);
    return live;
  }

  /** One search after the other for each agent: a list is dear, and a host gone mad must not make many. */
  #search(agent: AgentPrincipal, uid: string): Promise<AgentTask | undefined> {
    const key = agentKey(agent);
    const before = this.#searches.get(key) ?? Promise.resolve();
    const search = before
      .catch(() => undefined)
      .then(() => this.#cache.byUID(uid) ?? this.#findLive(agent, uid))
      .finally(() => {
        if (this.#searches.get(key) === search) this.#searches.delete(key);
      });
    this.#searches.set(key, search);
    return search;
  }

  /** Among the tasks of the agent in all namespaces, by their label; an older operator set none, and only beside its agents. */
  async #findLive(agent: AgentPrincipal, uid: string): Promise<AgentTask | undefined> {
    const labelled = { labelSelector: `${AGENT_LABEL}=${agentLabelValue(agent)}` };
    const unlabelled = { namespace: agent.namespace, labelSelector: `!${AGENT_LABEL}` };
    return (await this.#findIn(labelled, uid)) ?? (await this.#findIn(unlabelled, uid));
  }

  async #findIn(query: ObjectQuery, uid: string): Promise<AgentTask | undefined> {
    let next: string | undefined;
    do {
      const page = await this.#tasks.list({ ...query, limit: PAGE_SIZE, continue: next }, CALL);
      const found = page.items.find((task) => task.metadata.uid === uid);
      if (found) return found;
      next = page.continue;
    } while (next);
    return undefined;
  }
}

/** The refusal for a uid that names no task of the caller. */
export function taskNotFound(uid: string): ApiError {
  return new ApiError('TaskNotFound', `This agent has no task ${uid}`);
}

function isUID(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
