import {
  AgentTaskResource,
  EvidenceResource,
  type AgentTask,
  type AgentTaskStatus,
  type Evidence,
} from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import type { ClaimRequest, ClaimResponse, TaskResult } from '@nannyapi/protocol';
import { isKubeError, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import type { AgentPrincipal } from '../identity/principal.ts';
import { citeOutputs } from './cite-outputs.ts';
import { decideClaim } from './claim.ts';
import { decideResult } from './result.ts';
import { taskNotFound, type TaskFinder } from './task-finder.ts';

/** Tries to write against the newest state; each lost one means that somebody else got on. */
const MAX_TRIES = 5;

/** What {@link TaskService} needs. */
export interface TaskServiceDeps {
  client: KubeClient;
  finder: TaskFinder;
  clock: Clock;
  log: Logger;
}

/** What a decision about one state of a task leads to. */
type Decision<A> = { answer: A } | { write: AgentTaskStatus; answer: A };

/** Claims and ends tasks. Both are safe to repeat, and at most one claim and one result ever count. */
export class TaskService {
  readonly #deps: TaskServiceDeps;
  readonly #tasks: ResourceClient<AgentTask>;
  readonly #evidence: ResourceClient<Evidence>;

  constructor(deps: TaskServiceDeps) {
    this.#deps = deps;
    this.#tasks = deps.client.resource<AgentTask>(AgentTaskResource);
    this.#evidence = deps.client.resource<Evidence>(EvidenceResource);
  }

  /**
   * Takes a task for a journal.
   *
   * @throws ApiError `TaskNotFound`, `TaskEnded`, `TaskClaimedElsewhere`, `TaskCancelled`, `TaskExpired`.
   */
  async claim(agent: AgentPrincipal, uid: string, request: ClaimRequest): Promise<ClaimResponse> {
    return this.#decideAndWrite(await this.#deps.finder.find(agent, uid), (task) => {
      const decision = decideClaim(task, request, this.#deps.clock.now());
      if (decision.kind === 'Refuse') throw decision.error;
      const { claim } = decision;
      return decision.kind === 'Stands' ? { answer: claim } : { write: { claim }, answer: claim };
    });
  }

  /**
   * Ends a task with what its agent found.
   *
   * @throws ApiError `TaskNotFound`, `TaskEnded`, `TaskClaimedElsewhere`, `Conflict`, `ValidationFailed`.
   */
  async end(agent: AgentPrincipal, uid: string, sent: TaskResult): Promise<Pick<TaskResult, 'outcome'>> {
    const { outcome } = sent;
    const found = await this.#deps.finder.find(agent, uid);
    const result = { ...sent, results: await citeOutputs(this.#evidence, found, sent.results) };
    return this.#decideAndWrite(found, (task) => {
      const decision = decideResult(task, result, this.#deps.clock.now());
      if (decision.kind === 'Refuse') throw decision.error;
      return decision.kind === 'Stands' ? { answer: { outcome } } : { write: decision.status, answer: { outcome } };
    });
  }

  /**
   * Writes the status with the version it was decided from as precondition, so that of two replicas one loses and
   * decides again from the newest state. The copy of the cache serves for the first try.
   */
  async #decideAndWrite<A>(known: AgentTask, decide: (task: AgentTask) => Decision<A>): Promise<A> {
    let task = known;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const decision = decide(task);
      if (!('write' in decision)) return decision.answer;
      const { namespace, name = '', uid = '', resourceVersion } = task.metadata;
      try {
        const patch = { metadata: { resourceVersion }, status: decision.write };
        await this.#tasks.patchStatus({ namespace, name }, patch, CALL);
        const { outcome } = decision.write;
        const fields = { kind: 'AgentTask', namespace, name, taskID: uid, outcome };
        this.#deps.log.info(fields, outcome === undefined ? 'Stored a claim' : 'Stored a result');
        return decision.answer;
      } catch (error) {
        if (isKubeError(error, 'NotFound')) throw taskNotFound(uid);
        if (!isKubeError(error, 'Conflict')) throw error;
        task = await this.#refresh(task, uid);
      }
    }
    throw new ApiError('Unavailable', 'The task changes too fast', { retryAfterSeconds: 1 });
  }

  async #refresh(task: AgentTask, uid: string): Promise<AgentTask> {
    try {
      return await this.#deps.finder.refresh(task);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) throw taskNotFound(uid);
      throw error;
    }
  }
}
