/** Replies in the form that the shipped schema asks of a model: every field is there, and null where it does not apply. */

const NO_FIELDS = {
  hypothesis: null,
  actions: null,
  verdict: null,
  rootCause: null,
  evidence: null,
  ruledOut: null,
  plan: null,
  confidence: null,
};

const NO_ACTION_FIELDS = {
  argv: null,
  program: null,
  durationSeconds: null,
  evidenceID: null,
  offsetBytes: null,
  lengthBytes: null,
};

/** One action; fields that it lacks become null. */
export interface ReplyAction {
  tool: 'run' | 'trace' | 'read';
  argv?: string[];
  program?: string;
  durationSeconds?: number;
}

/** A reply that tests a hypothesis. */
export function diagnoseReply(hypothesis: string, actions: readonly ReplyAction[]): string {
  const whole = actions.map((action) => ({ ...NO_ACTION_FIELDS, ...action }));
  return JSON.stringify({ ...NO_FIELDS, kind: 'diagnose', hypothesis, actions: whole });
}

/** A reply that ends the run. */
export function resolveReply(resolution: Record<string, unknown>): string {
  return JSON.stringify({ ...NO_FIELDS, kind: 'resolve', ...resolution });
}
