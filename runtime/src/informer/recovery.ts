import { isKubeError } from '../client/kube-api-error.ts';

/** How a reflector goes on: watch where it was, list in whatever way, or list by pages. */
export interface Recovery {
  step: 'Resume' | 'List' | 'ListByPages';
  /** False for what was to be expected: waiting would only lengthen the time without news. */
  waits: boolean;
  /** The server has no such thing, which is no failure. */
  isNotServed?: boolean;
}

/** What a reflector was at when it failed. */
export interface FailedAt {
  /** Failures in a row before this one. */
  failures: number;
  /** Whether the watch was still sending the objects that are there. */
  isStreaming: boolean;
  /** Events of the watch that failed. */
  events: number;
}

/** So many watches may fail in a row before the reflector doubts its resourceVersion. */
const MAX_WATCH_FAILURES = 3;
/** After these the watch goes on from where it was; after any other error only a list tells the truth. */
const RESUMABLE = ['ConnectionFailed', 'ServiceUnavailable', 'Timeout'];
/** How servers refuse initial events that do not know them or have them turned off. */
const NOT_SERVED = ['Invalid', 'BadRequest'];

/** What to do after a list or a watch failed. */
export function recoveryFrom(error: unknown, at: FailedAt): Recovery {
  const isFirst = at.failures === 0;
  if (isKubeError(error, 'Expired', 'Gone')) return { step: 'List', waits: !isFirst };
  // An overloaded server says nothing against the version, and a list would load it more.
  if (isKubeError(error, 'TooManyRequests')) return { step: 'Resume', waits: true };
  if (at.isStreaming) {
    if (isKubeError(error, ...NOT_SERVED)) return { step: 'ListByPages', waits: false, isNotServed: true };
    // Repeated whole from its beginning; pages at least keep what came within one try.
    return { step: isFirst ? 'List' : 'ListByPages', waits: true };
  }
  const isSilentFromStart = isKubeError(error, 'Timeout') && at.events === 0;
  const isResumable = isKubeError(error, ...RESUMABLE) && !isSilentFromStart && at.failures < MAX_WATCH_FAILURES;
  return { step: isResumable ? 'Resume' : 'List', waits: true };
}
