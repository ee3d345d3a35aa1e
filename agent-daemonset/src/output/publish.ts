import { createHash } from 'node:crypto';
import { PREVIEW_BYTES } from '@nannyapi/protocol';
import { headOf } from './host-text.ts';
import type { OutputSpool } from './spool.ts';

/** The part of a result that speaks of the output. */
export interface PublishedOutput {
  preview: string;
  /** SHA-256 of the whole kept text, UTF-8. */
  digest: string;
}

/** Makes a text ready to be sent: whole in the preview when it fits, else its head there and the whole in chunks. */
export async function publishOutput(
  spool: OutputSpool,
  output: { uid: string; actionID: string; text: string },
): Promise<PublishedOutput> {
  const preview = headOf(output.text, PREVIEW_BYTES);
  if (preview.length < output.text.length) await spool.store(output.uid, output.actionID, output.text);
  return { preview, digest: `sha256:${createHash('sha256').update(output.text, 'utf8').digest('hex')}` };
}
