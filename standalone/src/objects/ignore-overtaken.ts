import { CodedError } from '@nannyapi/process';

/** What a write is refused with when the object, or the namespace for it, is no longer what it was. */
const OVERTAKEN: ReadonlySet<string> = new Set(['NotFound', 'Conflict', 'AlreadyExists', 'Forbidden']);

/**
 * Waits for a write of the background that somebody else may have overtaken: the object is gone, or it changed.
 * Either is a change, and the change is looked at by itself.
 */
export async function ignoreOvertaken(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof CodedError) || !OVERTAKEN.has(error.code)) throw error;
  }
}
