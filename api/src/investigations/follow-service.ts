import { InvestigationResource, type AgentTask, type Investigation } from '@nannyapi/crds';
import { errorMessage, type Clock, type Logger } from '@nannyapi/process';
import { createInformer, type KubeClient } from '@nannyapi/runtime';
import type { ProgressBoard } from '../agent-protocol/progress-board.ts';
import { ownerUIDOf, type TaskCache } from '../agent-protocol/task-cache.ts';
import { ApiError } from '../http/api-error.ts';
import type { SseStream } from '../streams/sse-stream.ts';
import type { RunEvent } from './run-event.ts';
import { deriveRunEvents, verdictEvent } from './run-events.ts';
import { listRunTasks } from './run-tasks.ts';

/** What {@link FollowService} needs. */
export interface FollowServiceDeps {
  cache: TaskCache;
  client: KubeClient;
  clock: Clock;
  log: Logger;
  progress: ProgressBoard;
}

/** People who may follow runs on one replica: each holds a connection to the API server for as long. */
export const MAX_FOLLOWERS = 100;
/** Those of one person among them: tabs of a browser, so that nobody takes the places of all. */
export const MAX_FOLLOWERS_OF_ONE = 20;

/**
 * Lets people watch runs.
 *
 * Each follower has a watch of its own on its one Investigation, and shares the task cache and the progress board
 * with all others. Whatever changes, all events of the run are derived anew and those not sent yet are sent.
 */
export class FollowService {
  readonly #deps: FollowServiceDeps;
  /** How many runs each person follows here. */
  readonly #followers = new Map<string, number>();

  constructor(deps: FollowServiceDeps) {
    this.#deps = deps;
  }

  /** @throws ApiError `TooManyRequests` when as many follow as this replica can serve, or as one person may. */
  refuseWhenFull(person: string): void {
    const refuse = (max: number, whom: string): never => {
      throw new ApiError('TooManyRequests', `This replica serves ${max} followers${whom}`, { retryAfterSeconds: 10 });
    };
    if (this.#followers.values().reduce((sum, count) => sum + count, 0) >= MAX_FOLLOWERS) refuse(MAX_FOLLOWERS, '');
    if ((this.#followers.get(person) ?? 0) >= MAX_FOLLOWERS_OF_ONE) refuse(MAX_FOLLOWERS_OF_ONE, ' of one person');
  }

  /** Sends all events of a run, past and to come, and ends the stream after the last one. */
  follow(investigation: Investigation, stream: SseStream, person: string): void {
    this.#followers.set(person, (this.#followers.get(person) ?? 0) + 1);
    stream.onEnd(() => {
      const rest = (this.#followers.get(person) ?? 1) - 1;
      if (rest === 0) this.#followers.delete(person);
      else this.#followers.set(person, rest);
    });
    new Follower(this.#deps, investigation, stream).start();
  }
}

/** One person who watches one run. */
class Follower {
  readonly #deps: FollowServiceDeps;
  readonly #stream: SseStream;
  readonly #sentIDs = new Set<string>();
  readonly #stop = new AbortController();
  #investigation: Investigation;
  #isDue = false;
  #isEnding = false;

  constructor(deps: FollowServiceDeps, investigation: Investigation, stream: SseStream) {
    this.#deps = deps;
    this.#investigation = investigation;
    this.#stream = stream;
  }

  start(): void {
    const { cache, client, clock, log, progress } = this.#deps;
    const { namespace, name, uid } = this.#investigation.metadata;
    const informer = createInformer<Investigation>({
      client: client.resource<Investigation>(InvestigationResource),
      name: 'followed-investigation',
      query: { namespace, fieldSelector: `metadata.name=${name}` },
      clock,
      log,
    });
    const stops = [
      informer.onChange(({ type, object }) => {
        if (object.metadata.uid !== uid) return;
        this.#investigation = object;
        if (type === 'Deleted') this.#deleted();
        else this.#wake();
      }),
      cache.informer.onChange(({ object }) => {
        if (ownerUIDOf(object) === uid) this.#wake();
      }),
      progress.onPost(({ taskUID }) => {
        const task = cache.byUID(taskUID);
        if (task && ownerUIDOf(task) === uid) this.#wake();
      }),
    ];
    this.#stream.onEnd(() => {
      this.#stop.abort();
      for (const stop of stops) stop();
    });
    this.#wake();
    void informer.start(this.#stop.signal);
  }

  /** Many changes of one instant lead to one look. */
  #wake(): void {
    if (this.#isDue || this.#isEnding) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#stream.ended || this.#isEnding) return;
    const verdict = verdictEvent(this.#investigation);
    if (verdict) void this.#finish(verdict);
    else this.#sendNew(this.#deps.cache.ownedBy(this.#investigation.metadata.uid ?? ''));
  }

  /** The verdict may have come before the cache saw the last results, so the tasks are read once more. */
  async #finish(verdict: RunEvent): Promise<void> {
    this.#isEnding = true;
    try {
      this.#sendNew(await listRunTasks(this.#deps.client, this.#investigation));
    } catch (error) {
      // The verdict matters more than the last lines before it.
      this.#deps.log.warn({ reason: errorMessage(error) }, 'Could not read the tasks of a finished run');
      this.#sendNew(this.#deps.cache.ownedBy(this.#investigation.metadata.uid ?? ''));
    }
    this.#send(verdict);
    this.#stream.end('Finished');
  }

  #deleted(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#send({ type: 'deleted', id: 'deleted', data: {} });
    this.#stream.end('Finished');
  }

  #sendNew(tasks: readonly AgentTask[]): void {
    const { progress } = this.#deps;
    const events = deriveRunEvents({
      investigation: this.#investigation,
      tasks,
      progressOf: (taskUID) => progress.of(taskUID),
    });
    for (const event of events) if (!this.#sentIDs.has(event.id)) this.#send(event);
  }

  #send(event: RunEvent): void {
    this.#sentIDs.add(event.id);
    this.#stream.send(event.type, event.data, event.id);
  }
}
