import {
  AgentResource,
  AgentTaskResource,
  type Agent,
  type AgentTask,
  type AgentTaskStatusResult,
} from '@nannyapi/crds';
import { CPU_LINE } from './moves.ts';
import { isKubeError, type KubeClient } from '@nannyapi/runtime';

/** What the agent says to one task; `undefined` for a task that it leaves open. */
export type Answer = (task: AgentTask) => AgentTaskStatusResult[] | undefined;

/** Context with one telling item, and a line of output for every command. */
export function plainAnswers(task: AgentTask): AgentTaskStatusResult[] {
  if (task.spec.type === 'CollectContext') {
    const preview = `cpu core=total busy=99%\n${CPU_LINE}\n`;
    return [{ actionID: 'cpu', source: 'cpu', outcome: 'Succeeded', preview, outputBytes: preview.length }];
  }
  return (task.spec.actions ?? []).flatMap(({ id, run }) =>
    run
      ? [
          {
            actionID: id,
            source: run.argv.join(' '),
            outcome: 'Succeeded',
            exitCode: 0,
            preview: 'Filesystem 12% /\n',
            outputBytes: 17,
          },
        ]
      : [],
  );
}

/**
 * Stands in for agent and API at the edge of the operator: it answers the tasks of one namespace by writing their status.
 *
 * It fails on a task that it answered before: nothing may run twice.
 */
export class TinyAgent {
  /** Names of the tasks it answered, in order. */
  readonly answered: string[] = [];
  readonly #client: KubeClient;
  readonly #answer: Answer;
  readonly #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(client: KubeClient, answer: Answer = plainAnswers) {
    this.#client = client;
    this.#answer = answer;
  }

  /** Enrols the agent and starts answering. */
  async start(name: string, namespace = 'default', spec: Agent['spec'] = {}): Promise<void> {
    await enrol(this.#client, { name, namespace }, { spec });
    this.serve(namespace);
  }

  /** Answers the tasks of a namespace, whosever they are. */
  serve(namespace: string): void {
    this.#done = this.#serve(namespace);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #serve(namespace: string): Promise<void> {
    const tasks = this.#client.resource<AgentTask>(AgentTaskResource);
    const { items, resourceVersion } = await tasks.list({ namespace });
    for (const task of items) await this.#take(task);
    try {
      for await (const event of tasks.watch({ namespace, resourceVersion }, { signal: this.#abort.signal })) {
        if (event.type === 'ADDED') await this.#take(event.object);
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }

  async #take(task: AgentTask): Promise<void> {
    const { namespace, name = '' } = task.metadata;
    if (task.status?.outcome) return;
    if (this.answered.includes(name)) throw new Error(`${name} came twice`);
    this.answered.push(name);
    const results = this.#answer(task);
    if (!results) return;
    const status = { outcome: 'Succeeded', completionTime: new Date().toISOString(), results };
    try {
      await this.#client.resource<AgentTask>(AgentTaskResource).patchStatus({ namespace, name }, { status });
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }
}

/** Creates an Agent that looks connected. */
export async function enrol(
  client: KubeClient,
  ref: { name: string; namespace: string },
  { now = new Date(), spec = {} }: { now?: Date; spec?: Agent['spec'] } = {},
): Promise<void> {
  const agents = client.resource<Agent>(AgentResource);
  await agents.create({ apiVersion: 'nannyai.dev/v1alpha1', kind: 'Agent', metadata: ref, spec });
  await agents.patchStatus(ref, {
    status: {
      lastSeenTime: now.toISOString(),
      connectedTime: now.toISOString(),
      version: '0.1.0',
      facts: { hostname: ref.name, cpus: 2 },
      capabilities: { privilege: 'Root', tools: ['cat', 'df', 'ps', 'ss', 'top', 'vmstat'], bpftraceVersion: '0.17.0' },
    },
  });
}
