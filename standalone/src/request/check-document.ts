import { badRequest } from '../status/status-error.ts';

/** Deepest nesting of a document; Go's JSON decoder stops at 10,000, JavaScript's stack is smaller. */
const MAX_DEPTH = 1000;
/** Most values in one document. 3 MiB of JSON cannot hold more; YAML aliases can, by repeating themselves. */
const MAX_VALUES = 1_600_000;

/**
 * Refuses a document that would exhaust stack or memory later, nested too deeply or grown by YAML aliases, and one with
 * a number that JSON cannot hold.
 *
 * @throws StatusError BadRequest.
 */
export function checkDocument(document: unknown): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: document, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number' && !Number.isFinite(value))
      throw badRequest('json: unsupported value: a number is not finite');
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) throw badRequest(`the request body is nested too deeply: the limit is ${MAX_DEPTH} levels`);
    const children: unknown[] = Array.isArray(value) ? value : Object.values(value);
    seen += children.length;
    if (seen > MAX_VALUES) throw badRequest('the request body expands to too many values');
    for (const child of children) waiting.push({ value: child, depth: depth + 1 });
  }
}
