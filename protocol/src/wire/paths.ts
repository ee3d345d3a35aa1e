/** Paths of the agent endpoints. Agents dial out only; every call carries `Authorization: Bearer`. */
export const AGENT_PATHS = {
  /** GET, server-sent events `hello`, `task`, `cancel`, `ping`. No resume: every connect starts with all open tasks. */
  stream: '/agent/v1/stream',
  /** POST {@link Heartbeat}. */
  heartbeat: '/agent/v1/heartbeat',
  /** POST {@link AnomalyReport}: opens an Investigation of the agent's own host. */
  investigations: '/agent/v1/investigations',
  claim: (taskUID: string): string => `/agent/v1/tasks/${taskUID}/claim`,
  progress: (taskUID: string): string => `/agent/v1/tasks/${taskUID}/progress`,
  result: (taskUID: string): string => `/agent/v1/tasks/${taskUID}/result`,
  /**
   * PUT, one gzip member of at most 256 KiB before compression; idempotent; any order.
   * Content type `application/gzip`.
   */
  output: (taskUID: string, actionID: string, stream: 'stdout' | 'stderr', chunk: number): string =>
    `/agent/v1/tasks/${taskUID}/output/${actionID}/${stream}/${chunk}`,
} as const;

/** Output chunks hold at most this many bytes before compression. */
export const OUTPUT_CHUNK_BYTES = 256 * 1024;
/** Output up to this many bytes stands whole in the result's preview. */
export const PREVIEW_BYTES = 16 * 1024;
/** Standard error is kept up to this many bytes. */
export const STDERR_BYTES = 4 * 1024;
