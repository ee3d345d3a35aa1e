import { createHash } from 'node:crypto';

/** What a document's text is told apart by: its entity tag, and the `hash` of its URL in the OpenAPI v3 index. */
export function documentHash(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase();
}
