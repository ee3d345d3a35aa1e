import type { InvestigationReason, InvestigationStatusResolution } from '@nannyapi/crds';

/** How a run ends. */
export interface Ending {
  /** The reason of `Succeeded`. */
  reason: InvestigationReason;
  message: string;
  /** The verdict; a run that ends without one failed. */
  resolution?: InvestigationStatusResolution;
}
