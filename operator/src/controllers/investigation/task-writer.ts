import type { AgentTask } from '@nannyapi/crds';
import { isKubeError, TerminalError, type LiveReader, type Writer } from '@nannyapi/runtime';
import { ownerUIDs, type FreshTasks } from './fresh-tasks.ts';

type Call = { signal: AbortSignal };

/** Creates and cancels the tasks of runs. */
export class TaskWriter {
  readonly #client: Writer<AgentTask> & Pick<LiveReader<AgentTask>, 'get'>;
  readonly #tasks: FreshTasks;

  constructor(deps: { client: Writer<AgentTask> & Pick<LiveReader<AgentTask>, 'get'>; tasks: FreshTasks }) {
    this.#client = deps.client;
    this.#tasks = deps.tasks;
  }

  /**
   * Creates a step, once: a task of that name that the same run owns is that step, whoever created it.
   *
   * @returns whether this call created it.
   * @throws TerminalError `TaskNameTaken` when another object owns a task of that name; it is never adopted.
   */
  async create(task: AgentTask, call: Call): Promise<boolean> {
    try {
      this.#tasks.remember(await this.#client.create(task, call));
      return true;
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      await this.#adoptOwn(task, call);
      return false;
    }
  }

  /** Asks the agent to stop; a task that is gone needs no stopping. */
  async cancel(task: AgentTask, call: Call): Promise<void> {
    const { namespace, name = '' } = task.metadata;
    try {
      await this.#client.patch({ namespace, name }, { spec: { cancel: true } }, call);
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }

  async #adoptOwn(task: AgentTask, call: Call): Promise<void> {
    const { namespace, name = '' } = task.metadata;
    const found = await this.#client.get({ namespace, name }, call);
    const [owner] = ownerUIDs(task);
    if (owner === undefined || !ownerUIDs(found).includes(owner)) {
      const message = `AgentTask ${name} exists and belongs to another object; delete it, or recreate this Investigation`;
      throw new TerminalError({ code: 'TaskNameTaken', message });
    }
    this.#tasks.remember(found);
  }
}
