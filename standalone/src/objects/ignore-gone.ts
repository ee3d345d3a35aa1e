import { CodedError } from '@nannyapi/process';

/** Waits for a write whose goal is reached as well when the object is gone already. */
export async function ignoreGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'NotFound') throw error;
  }
}
