import { CodedError } from '@nannyapi/process';

/** Deeper nesting than any object has, and far from what would overflow the stack. */
const MAX_DEPTH = 1000;

/** Throws CodedError `BadRequest` for a value that is nested more than 1,000 deep. */
export function assertDepth(value: unknown): void {
  if (isDeeper(value, MAX_DEPTH)) {
    throw new CodedError({ code: 'BadRequest', status: 400, message: 'exceeded max depth' });
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (levels < 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const part of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(part, levels - 1)) return true;
  return false;
}
