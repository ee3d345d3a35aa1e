import type { AgentTask } from '@nannyapi/crds';
import type { ChangeEvent } from '@nannyapi/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SseStream } from '../streams/sse-stream.ts';
import { openingSignals, signalsOf } from './task-signal.ts';
import type { TaskCache } from './task-cache.ts';

/**
 * Brings tasks to the agents that are connected to this replica.
 *
 * ```
 *   AgentTask ──watch──▶ informer ──same tick──▶ dispatcher ──map of streams──▶ the one agent
 * ```
 *
 * A change costs one look into a map, however many agents are connected. An agent that is connected elsewhere or
 * nowhere costs nothing: it gets all its open tasks when it connects, so that nothing is queued here and nothing
 * can be lost.
 */
export class Dispatcher {
  readonly #cache: TaskCache;
  readonly #streams = new Map<string, SseStream>();
  readonly #dispatched: Counter;

  constructor(deps: { cache: TaskCache; registry: Registry }) {
    this.#cache = deps.cache;
    const registers = [deps.registry];
    this.#dispatched = new Counter({
      name: 'nannyapi_tasks_dispatched_total',
      help: 'Tasks pushed to agents, repetitions after a reconnect included.',
      registers,
    });
    const streams = this.#streams;
    const connected: Gauge = new Gauge({
      name: 'nannyapi_agent_streams',
      help: 'Agents connected to this replica.',
      registers,
      collect: () => connected.set(streams.size),
    });
    deps.cache.informer.onChange((change) => this.#tell(change));
  }

  /**
   * Connects an agent: tells it all its open tasks and from then on every change of them.
   *
   * A stream that the same agent had is ended; of two processes with one credential the later one wins.
   *
   * @returns whether the stream, when it ends, was the agent's present one; call it then.
   */
  connect(agent: string, stream: SseStream): { isPresent(): boolean } {
    const earlier = this.#streams.get(agent);
    this.#streams.set(agent, stream);
    earlier?.end('Replaced');
    // In one tick with the entry in the map: a change cannot fall between.
    for (const task of this.#cache.openTasksOf(agent))
      for (const signal of openingSignals(task)) this.#send(stream, signal);
    let wasPresent = true;
    stream.onEnd(() => {
      wasPresent = this.#streams.get(agent) === stream;
      if (wasPresent) this.#streams.delete(agent);
    });
    return { isPresent: () => wasPresent };
  }

  /** Ends the stream of an agent that lost its right to be here. */
  disconnect(agent: string): void {
    this.#streams.get(agent)?.end('Revoked');
  }

  #tell(change: ChangeEvent<AgentTask>): void {
    for (const { agent, signal } of signalsOf(change)) {
      const stream = this.#streams.get(agent);
      if (stream) this.#send(stream, signal);
    }
  }

  #send(stream: SseStream, { event, data }: { event: string; data: unknown }): void {
    stream.send(event, data);
    if (event === 'task') this.#dispatched.inc();
  }
}
