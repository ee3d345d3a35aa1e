import { CodedError } from '@nannyapi/process';

/**
 * Waits for a write of the background that somebody else may have overtaken: the object is gone, or it changed.
 * Either is a change, and the change is looked at by itself.
 */
export async function ignoreOvertaken(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof CodedError) || (error.code !== 'NotFound' && error.code !== 'Conflict')) throw error;
  }
}
