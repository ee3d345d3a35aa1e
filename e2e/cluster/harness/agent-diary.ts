import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemClock } from '@nannyapi/process';
import type { Kubectl } from '../../system/kubectl.ts';
import type { Pod, World } from './world.ts';

/** How long to wait before the logs of a container are asked for again, when the stream of them broke. */
const AGAIN_MS = 300;

/**
 * Everything that the agents of a cluster said of the tasks they started, whatever happened to their pods since.
 *
 * An agent logs each start after it is on its disk, so the diary counts starts by means that are not the journal's.
 */
export class AgentDiary {
  readonly #kubectl: Kubectl;
  readonly #stop = new AbortController();
  readonly #followed = new Set<string>();
  /** Whole lines with their time: a stream that is opened again repeats what it said. */
  readonly #starts = new Map<string, { taskID: string; node: string }>();
  /** Who waits for the start of a task, by its uid. */
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  readonly #world: World;
  readonly #forget: () => void;

  /** @param kubectl bound to the namespace of the release */
  constructor(world: World, kubectl: Kubectl) {
    this.#world = world;
    this.#kubectl = kubectl;
    this.#forget = world.pods.onChange(({ type, object }) => {
      if (type !== 'Deleted') this.#look(object);
    });
  }

  /** How often each task was started, by its uid. */
  startsByTask(): ReadonlyMap<string, number> {
    const byTask = Map.groupBy(this.#starts.values(), ({ taskID }) => taskID);
    return new Map([...byTask].map(([taskID, starts]) => [taskID, starts.length]));
  }

  /** The nodes on which a task was started. */
  nodesOf(taskID: string): string[] {
    return [...this.#starts.values()].filter((start) => start.taskID === taskID).map(({ node }) => node);
  }

  /** Resolves when an agent has said that it started the task, at once if it said so before. */
  async started(taskID: string): Promise<void> {
    if ([...this.#starts.values()].some((start) => start.taskID === taskID)) return;
    const awaited = this.#awaited.get(taskID) ?? Promise.withResolvers<void>();
    this.#awaited.set(taskID, awaited);
    await awaited.promise;
  }

  close(): void {
    this.#forget();
    this.#stop.abort();
  }

  #look(pod: Pod): void {
    if (pod.metadata.labels?.['app.kubernetes.io/component'] !== 'agent') return;
    for (const container of pod.status?.containerStatuses ?? []) {
      const { containerID, state } = container;
      if (containerID === undefined || !state?.running || this.#followed.has(containerID)) continue;
      this.#followed.add(containerID);
      void this.#follow(pod, { containerID, name: container.name });
    }
  }

  /** Reads until the container is no longer the one of its pod; the API server may break the stream before. */
  async #follow(pod: Pod, container: { containerID: string; name: string }): Promise<void> {
    const { signal } = this.#stop;
    const isThere = (): boolean =>
      this.#world.pods.store
        .list()
        .some(({ status }) =>
          status?.containerStatuses?.some(({ containerID }) => containerID === container.containerID),
        );
    const args = ['logs', '--follow', pod.metadata.name ?? '', '--container', container.name];
    while (!signal.aborted && isThere()) {
      await this.#read(this.#kubectl.start(args), pod.spec.nodeName ?? '');
      await systemClock.sleep(AGAIN_MS, { signal }).catch(() => undefined);
    }
  }

  async #read(child: ChildProcess, node: string): Promise<void> {
    const end = (): void => void child.kill('SIGKILL');
    this.#stop.signal.addEventListener('abort', end, { once: true });
    const ended = once(child, 'close');
    child.stderr?.resume();
    if (child.stdout) for await (const line of createInterface({ input: child.stdout })) this.#note(line, node);
    await ended;
    this.#stop.signal.removeEventListener('abort', end);
  }

  #note(line: string, node: string): void {
    if (!line.includes('"Started task"')) return;
    const { taskID } = JSON.parse(line) as { taskID: string };
    this.#starts.set(line, { taskID, node });
    this.#awaited.get(taskID)?.resolve();
  }
}
