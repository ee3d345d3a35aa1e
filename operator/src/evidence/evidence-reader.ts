import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { AgentTask, AgentTaskStatusResult, Evidence } from '@nannyapi/crds';
import { CodedError } from '@nannyapi/process';
import type { LiveReader } from '@nannyapi/runtime';

const gunzipAsync = promisify(gunzip);

/** Most characters kept in memory; evidence never changes, so what is kept stays right. */
const MAX_CACHED_CHARS = 8 * 1024 * 1024;

/**
 * Reads what actions brought: the preview of a short output, the Evidence objects of a long one.
 *
 * No informer watches Evidence, for there may be megabytes of it: each is got when somebody looks.
 */
export class EvidenceReader {
  readonly #client: LiveReader<Evidence>;
  /** Oldest use first. */
  readonly #cache = new Map<string, string>();
  #cachedChars = 0;

  constructor(deps: { client: LiveReader<Evidence> }) {
    this.#client = deps.client;
  }

  /**
   * The whole stored standard output of one result, as text.
   *
   * @throws CodedError `EvidenceCorrupt` when a piece does not have its digest, and KubeApiError when one cannot be got.
   */
  async read(task: AgentTask, result: AgentTaskStatusResult, call: { signal: AbortSignal }): Promise<string> {
    const names = result.evidence ?? [];
    if (names.length === 0) return result.preview ?? '';
    const key = `${task.metadata.uid}/${result.actionID}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, cached);
      return cached;
    }
    const text = await this.#assemble(task, names, call);
    this.#remember(key, text);
    return text;
  }

  async #assemble(task: AgentTask, names: readonly string[], call: { signal: AbortSignal }): Promise<string> {
    const pieces: Buffer[] = [];
    for (const name of names) {
      const piece = await this.#client.get({ namespace: task.metadata.namespace, name }, call);
      if (piece.spec.stream === 'Stderr') continue;
      pieces.push(await unpack(piece));
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  #remember(key: string, text: string): void {
    this.#cachedChars += text.length - (this.#cache.get(key)?.length ?? 0);
    this.#cache.set(key, text);
    for (const [oldest, kept] of this.#cache) {
      if (this.#cachedChars <= MAX_CACHED_CHARS) return;
      this.#cache.delete(oldest);
      this.#cachedChars -= kept.length;
    }
  }
}

async function unpack(piece: Evidence): Promise<Buffer> {
  const { data, rawBytes, digest } = piece.spec;
  // One byte more than was promised is enough to know, so that a bomb stays small.
  const raw = await gunzipAsync(Buffer.from(data, 'base64'), { maxOutputLength: rawBytes + 1 }).catch(
    (cause: unknown) => {
      throw corrupt(piece, cause);
    },
  );
  const found = `sha256:${createHash('sha256').update(raw).digest('hex')}`;
  if (raw.length !== rawBytes || found !== digest) throw corrupt(piece);
  return raw;
}

function corrupt(piece: Evidence, cause?: unknown): CodedError {
  const message = `Evidence ${piece.metadata.name} does not hold the bytes that its digest promises`;
  return new CodedError({ code: 'EvidenceCorrupt', message, ...(cause === undefined ? {} : { cause }) });
}
