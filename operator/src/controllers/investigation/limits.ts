import type { Investigation } from '@nannyapi/crds';
import type { SilenceLimits } from '../../agents/readiness.ts';

/** What bounds runs beside their own spec; the same for all of them. */
export interface RunLimits {
  silence: SilenceLimits;
  /** How much longer than silence allows a running step waits for its agent, in seconds. */
  agentLostGraceSeconds: number;
  /** Since when this operator listens. Silence before that is no agent's fault: the control plane may have been down. */
  listeningSince: Date;
  /** How much longer than its own timeout a task may stay open, in seconds: the result has to travel. */
  taskGraceSeconds: number;
  /** Most output of one task, in bytes. */
  taskMaxOutputBytes: number;
  /** How long step 0 samples rates, in seconds. */
  sampleSeconds: number;
}

/** The share of the deadline after which the run is asked to conclude. */
export const CONCLUDE_AFTER_SHARE = 0.85;
/** Moves in a row of which nothing was accepted, after which the run is asked to conclude. */
export const MAX_REFUSED_IN_A_ROW = 3;
/** How often a conclusion is asked for before the run ends without one. */
export const MAX_CONCLUSIONS = 2;

/** The limits of a run's own spec, with the defaults of the CRD. */
export function limitsOf(investigation: Investigation): {
  maxSteps: number;
  deadlineSeconds: number;
  maxOutputBytes: number;
} {
  const { maxSteps = 12, deadlineSeconds = 900, maxOutputBytes = 4_194_304 } = investigation.spec.limits ?? {};
  return { maxSteps, deadlineSeconds, maxOutputBytes };
}
