import { createHash } from 'node:crypto';
import { OUTPUT_CHUNK_BYTES, PREVIEW_BYTES } from '@nannyapi/protocol';
import { isOutOfSpace } from '../journal/disk-reserve.ts';
import { headOf } from './host-text.ts';
import type { OutputBudget } from './output-budget.ts';
import type { OutputSpool } from './spool.ts';

/** A result names at most 64 chunks; a little less, because chunks end between characters. */
const MAX_BYTES = 60 * OUTPUT_CHUNK_BYTES;

/** What one action said. */
export interface ActionOutput {
  uid: string;
  actionID: string;
  text: string;
  /** Whether it was cut already. */
  isCut: boolean;
  /** What the task may still send; the text is cut to the action's share and spent from it. */
  budget: OutputBudget;
}

/** The part of a result that speaks of the output. */
export interface PublishedOutput {
  preview: string;
  /** SHA-256 of the whole kept text, UTF-8. */
  digest: string;
  truncated: boolean;
}

/**
 * Makes a text ready to be sent: whole in the preview when it fits, else its head there and the whole in chunks.
 *
 * A text can be larger than the bytes it came from, since U+FFFD takes three, so it is held to the limit again. On a
 * full disk there is no room for chunks; the head then stands for the whole.
 */
export async function publishOutput(spool: OutputSpool, output: ActionOutput): Promise<PublishedOutput> {
  const { uid, actionID } = output;
  const text = headOf(output.text, Math.min(output.budget.shareBytes, MAX_BYTES));
  output.budget.spend(Buffer.byteLength(text));
  const truncated = output.isCut || text.length < output.text.length;
  const preview = headOf(text, PREVIEW_BYTES);
  if (preview.length === text.length) return { preview, digest: digestOf(text), truncated };
  try {
    await spool.store(uid, actionID, text);
    return { preview, digest: digestOf(text), truncated };
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
    await spool.discardAction(uid, actionID);
    return { preview, digest: digestOf(preview), truncated: true };
  }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}
