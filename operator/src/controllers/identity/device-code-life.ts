import type { DeviceCode } from '@nannyapi/crds';

/** How long a pending enrolment is kept after its codes have ended, in seconds, for a person who asks what became of it. */
export const KEPT_SECONDS = 3600;

/** Seconds until a DeviceCode is to be deleted; 0 or less when it is time. */
export function deviceCodeRestSeconds({ spec }: DeviceCode, now: Date): number {
  return (Date.parse(spec.expirationTime) - now.getTime()) / 1000 + KEPT_SECONDS;
}
