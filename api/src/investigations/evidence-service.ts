import { createHash } from 'node:crypto';
import { EvidenceResource, type AgentTask, type Evidence, type Investigation } from '@nannyapi/crds';
import { evidenceID, parseEvidenceID } from '@nannyapi/protocol';
import { isKubeError, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { pieceOfEvidence, pieceOfText, type TextPiece } from './evidence-text.ts';
import { stepOf } from './run-events.ts';
import { listRunTasks } from './run-tasks.ts';

/** One thing that a host said, or the API server knew, without its text. */
export interface EvidenceItem {
  /** As verdicts cite it: `s<step>-<action>`. */
  id: string;
  /** The command, program or context item, for people. */
  source: string;
  outcome: string;
  /** Bytes that the host counted; with `truncated` the text is shorter. */
  bytes: number;
  truncated: boolean;
}

/** The text of one item, in pieces. */
export interface EvidenceText {
  pieces: TextPiece[];
  sizeBytes: number;
  /** `sha256:…`: the agent's of the whole output, else of the text. It never changes. */
  digest: string;
}

type Result = NonNullable<NonNullable<AgentTask['status']>['results']>[number];

/** Reads what hosts said in the course of a run. */
export class EvidenceService {
  readonly #client: KubeClient;
  readonly #evidence: ResourceClient<Evidence>;

  constructor(deps: { client: KubeClient }) {
    this.#client = deps.client;
    this.#evidence = deps.client.resource<Evidence>(EvidenceResource);
  }

  /** All items of a run, oldest first. */
  async list(investigation: Investigation): Promise<EvidenceItem[]> {
    const tasks = await listRunTasks(this.#client, investigation);
    return tasks.flatMap((task) => [
      ...(task.status?.results ?? []).map((result) => ({
        id: evidenceID(stepOf(task) ?? 0, result.actionID),
        source: result.source,
        outcome: result.outcome,
        bytes: result.outputBytes ?? Buffer.byteLength(result.preview ?? ''),
        truncated: result.truncated ?? false,
      })),
      ...(task.spec.clusterContext ?? []).map(({ id, source, text }) => ({
        id: evidenceID(stepOf(task) ?? 0, id),
        source,
        outcome: 'Succeeded',
        bytes: Buffer.byteLength(text),
        truncated: false,
      })),
    ]);
  }

  /** The text of one item. @throws ApiError `NotFound` when the run has no such item, or a part of it is gone. */
  async read(investigation: Investigation, id: string): Promise<EvidenceText> {
    const wanted = parseEvidenceID(id);
    const tasks = wanted ? await listRunTasks(this.#client, investigation) : [];
    const task = tasks.find((candidate) => stepOf(candidate) === wanted?.step);
    const known = task?.spec.clusterContext?.find((item) => item.id === wanted?.actionID);
    if (known) {
      const piece = pieceOfText(known.text);
      return { pieces: [piece], sizeBytes: piece.sizeBytes, digest: digestOf(known.text) };
    }
    const result = task?.status?.results?.find((candidate) => candidate.actionID === wanted?.actionID);
    if (!task || !result) throw new ApiError('NotFound', `This investigation has no evidence ${id}`);
    const pieces = await this.#pieces(task, result);
    const sizeBytes = pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0);
    return { pieces, sizeBytes, digest: result.digest ?? digestOf(result.preview ?? '') };
  }

  async #pieces(task: AgentTask, { evidence = [], preview = '' }: Result): Promise<TextPiece[]> {
    if (evidence.length === 0) return [pieceOfText(preview)];
    const pieces: TextPiece[] = [];
    for (const name of evidence) pieces.push(pieceOfEvidence(await this.#chunk(task, name)));
    return pieces;
  }

  async #chunk(task: AgentTask, name: string): Promise<Evidence> {
    try {
      const chunk = await this.#evidence.get({ namespace: task.metadata.namespace, name }, CALL);
      // A name alone proves nothing: it must be the task's own.
      if (chunk.metadata.ownerReferences?.some((owner) => owner.uid === task.metadata.uid)) return chunk;
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
    throw new ApiError('NotFound', `The part ${name} of this evidence is gone`);
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
