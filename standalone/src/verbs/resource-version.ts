import { parseUint64 } from '../request/go-integer.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/** A resource version as a number; 0 when unset. @throws StatusError of the given kind for anything else. */
export function parseResourceVersion(text: string, refuse = badRequest): number {
  if (text === '') return 0;
  const parsed = parseUint64(text);
  if ('value' in parsed) return parsed.value;
  throw refuse(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${parsed.error}`);
}

/** 504 with a retry hint: the version asked for is from a future this server has not seen. */
export function tooLarge(wanted: number, current: number): StatusError {
  return new StatusError('Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
