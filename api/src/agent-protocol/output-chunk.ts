import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { API_VERSION, INVESTIGATION_LABEL, TASK_UID_LABEL, type AgentTask, type Evidence } from '@nannyapi/crds';
import { OUTPUT_CHUNK_BYTES } from '@nannyapi/protocol';
import { controllerReference } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';

/** Largest body of one chunk: incompressible bytes grow by some 100 bytes in gzip. */
export const MAX_CHUNK_BODY_BYTES = OUTPUT_CHUNK_BYTES + 4096;

/** Budget of a task that names none, in bytes before compression. */
export const DEFAULT_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Which piece of which output. */
export interface ChunkPlace {
  actionID: string;
  stream: 'stdout' | 'stderr';
  chunk: number;
}

/** A piece that was unpacked and measured. */
export interface Chunk {
  gzip: Buffer;
  rawBytes: number;
  /** `sha256:` and 64 hex digits, of the bytes before compression. */
  digest: string;
}

const unzip = promisify(gunzip);

/**
 * Unpacks a chunk to learn its size and digest; the unpacked bytes are dropped.
 *
 * @throws ApiError `BadRequest` when it is no gzip, `OutputTooLarge` when it unpacks to more than 256 KiB. Unpacking
 *   stops there, so a small body that unpacks to gigabytes costs no more.
 */
export async function readChunk(gzip: Buffer): Promise<Chunk> {
  const raw = await unpack(gzip);
  return { gzip, rawBytes: raw.length, digest: `sha256:${createHash('sha256').update(raw).digest('hex')}` };
}

async function unpack(gzip: Buffer): Promise<Buffer> {
  try {
    return await unzip(gzip, { maxOutputLength: OUTPUT_CHUNK_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ApiError('OutputTooLarge', `A chunk holds at most ${OUTPUT_CHUNK_BYTES} bytes before compression`);
    throw new ApiError('BadRequest', 'The body must be one whole gzip member', { cause: error });
  }
}

/** Name of the object that holds a piece; the agent cites it in its result. */
export function evidenceNameOf(task: AgentTask, place: ChunkPlace): string {
  return `${task.metadata.name}-${place.actionID}-${place.stream}-${place.chunk}`;
}

/** The object that holds a piece, owned by its task and deleted with it. */
export function evidenceOf(task: AgentTask, place: ChunkPlace, chunk: Chunk): Evidence {
  const { namespace = '', name = '', uid = '', labels } = task.metadata;
  const investigation = labels?.[INVESTIGATION_LABEL];
  return {
    apiVersion: API_VERSION,
    kind: 'Evidence',
    metadata: {
      namespace,
      name: evidenceNameOf(task, place),
      labels: {
        [TASK_UID_LABEL]: uid,
        ...(investigation === undefined ? {} : { [INVESTIGATION_LABEL]: investigation }),
      },
      ownerReferences: [controllerReference(task)],
    },
    spec: {
      taskRef: { name },
      actionID: place.actionID,
      stream: place.stream === 'stdout' ? 'Stdout' : 'Stderr',
      chunk: place.chunk,
      encoding: 'Gzip',
      data: chunk.gzip.toString('base64'),
      rawBytes: chunk.rawBytes,
      digest: chunk.digest,
    },
  };
}
