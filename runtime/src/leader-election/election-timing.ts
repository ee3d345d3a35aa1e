/** The times of an election, in seconds. */
export interface ElectionTiming {
  /** A lease that was not renewed for so long may be taken. Whole seconds. Default 15. */
  leaseDurationSeconds: number;
  /** A leader that could not renew for so long stops. Less than the duration by the time a late write may travel. Default 10. */
  renewDeadlineSeconds: number;
  /** A leader renews so often, and candidates look about so often. Default 2. */
  retryPeriodSeconds: number;
}

/** Those of client-go and controller-runtime. */
export const DEFAULT_TIMING: ElectionTiming = {
  leaseDurationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
};

/** Candidates add up to this share of the retry period, so that they do not ask in step. */
export const JITTER_RATIO = 1.2;

/**
 * The timing with defaults filled in.
 *
 * @throws RangeError when it could not work: the lease must outlast the renew deadline, and the deadline must leave
 *   room for two tries.
 */
export function checkedTiming(timing: Partial<ElectionTiming> = {}): ElectionTiming {
  const checked = { ...DEFAULT_TIMING, ...timing };
  const { leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = checked;
  if (!Number.isInteger(leaseDurationSeconds) || leaseDurationSeconds < 1) {
    throw new RangeError('leaseDurationSeconds must be a whole number of at least 1');
  }
  if (!(leaseDurationSeconds > renewDeadlineSeconds)) {
    throw new RangeError('leaseDurationSeconds must be more than renewDeadlineSeconds');
  }
  if (!(retryPeriodSeconds > 0) || !(renewDeadlineSeconds > retryPeriodSeconds * JITTER_RATIO)) {
    throw new RangeError(`renewDeadlineSeconds must be more than ${JITTER_RATIO} times a positive retryPeriodSeconds`);
  }
  return checked;
}
