import { CodedError } from '@nannyapi/process';

/** Deeper nesting than any object has, and far from what would overflow the stack. */
const MAX_DEPTH = 1000;

/** Throws CodedError `BadRequest` for a value that is nested more than 1,000 deep. */
export function assertDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new CodedError({ code: 'BadRequest', status: 400, message: 'exceeded max depth' });
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
}
