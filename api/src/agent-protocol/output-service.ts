import { EvidenceResource, type AgentTask, type Evidence } from '@nannyapi/crds';
import { errorCode } from '@nannyapi/process';
import { isKubeError, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import type { AgentPrincipal } from '../identity/principal.ts';
import { OutputBudget } from './output-budget.ts';
import {
  DEFAULT_OUTPUT_BYTES,
  evidenceNameOf,
  evidenceOf,
  readChunk,
  type Chunk,
  type ChunkPlace,
} from './output-chunk.ts';
import type { TaskFinder } from './task-finder.ts';

/** What the agent is told about a stored chunk. */
export interface StoredChunk {
  /** Name of the Evidence object, to be cited in the result. */
  name: string;
  rawBytes: number;
  digest: string;
}

/** Stores the output of running tasks as Evidence. Any replica takes any chunk, in any order, any number of times. */
export class OutputService {
  readonly #finder: TaskFinder;
  readonly #evidence: ResourceClient<Evidence>;
  readonly #budget: OutputBudget;

  constructor(deps: { client: KubeClient; finder: TaskFinder }) {
    this.#finder = deps.finder;
    this.#evidence = deps.client.resource<Evidence>(EvidenceResource);
    this.#budget = new OutputBudget({ evidence: this.#evidence });
  }

  /**
   * Stores one chunk.
   *
   * @throws ApiError `TaskNotFound`, `NotFound` (no such action), `TaskEnded`, `Conflict` (not claimed, or other bytes
   *   are stored in that place), `OutputTooLarge`, `BadRequest`.
   */
  async store(agent: AgentPrincipal, uid: string, chunk: ChunkPlace & { gzip: Buffer }): Promise<StoredChunk> {
    const task = await this.#claimedTask(agent, uid);
    if (task.spec.type === 'Diagnose' && !task.spec.actions?.some((action) => action.id === chunk.actionID))
      throw new ApiError('NotFound', `The task has no action ${chunk.actionID}`);
    const read = await readChunk(chunk.gzip);
    const answer = { name: evidenceNameOf(task, chunk), rawBytes: read.rawBytes, digest: read.digest };
    if (task.status?.outcome === undefined) await this.#create(task, chunk, read);
    else if (!(await this.#isStored(task, chunk, read)))
      throw new ApiError('TaskEnded', 'The task has ended and takes no output');
    return answer;
  }

  /** Drops what is remembered of a task that has ended. */
  forget(uid: string): void {
    this.#budget.forget(uid);
  }

  async #claimedTask(agent: AgentPrincipal, uid: string): Promise<AgentTask> {
    const task = await this.#finder.find(agent, uid);
    if (task.status?.claim) return task;
    const live = await this.#finder.refresh(task);
    if (!live.status?.claim) throw new ApiError('Conflict', 'Claim the task before sending its output');
    return live;
  }

  async #create(task: AgentTask, place: ChunkPlace, chunk: Chunk): Promise<void> {
    const putBack = await this.#takeBudget(task, place, chunk);
    if (!putBack) return;
    try {
      await this.#evidence.create(evidenceOf(task, place, chunk), CALL);
    } catch (error) {
      putBack();
      // Sent twice at once: the other one stored it, the same bytes or not.
      if (isKubeError(error, 'AlreadyExists') && (await this.#isStored(task, place, chunk))) return;
      throw error;
    }
  }

  /** `undefined` when the budget is spent, but this very chunk is stored already. */
  async #takeBudget(task: AgentTask, place: ChunkPlace, chunk: Chunk): Promise<(() => void) | undefined> {
    const { namespace = '', uid = '' } = task.metadata;
    const maxBytes = task.spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    try {
      return await this.#budget.take({ namespace, uid, maxBytes }, chunk.rawBytes);
    } catch (error) {
      if (errorCode(error) === 'OutputTooLarge' && (await this.#isStored(task, place, chunk))) return undefined;
      throw error;
    }
  }

  /** @throws ApiError `Conflict` when other bytes are stored in that place. */
  async #isStored(task: AgentTask, place: ChunkPlace, chunk: Chunk): Promise<boolean> {
    const name = evidenceNameOf(task, place);
    const stored = await this.#find(task.metadata.namespace, name);
    if (!stored) return false;
    const isOwn = stored.metadata.ownerReferences?.some((owner) => owner.uid === task.metadata.uid);
    if (isOwn && stored.spec.digest === chunk.digest) return true;
    throw new ApiError('Conflict', `Other bytes are stored as ${name}`);
  }

  async #find(namespace: string | undefined, name: string): Promise<Evidence | undefined> {
    try {
      return await this.#evidence.get({ namespace, name }, CALL);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
