import type { Call } from '@nannyapi/runtime';

/** How long one call of the API server may keep a caller of the facade waiting. */
export const CALL: Call = { deadlineMs: 10_000 };
