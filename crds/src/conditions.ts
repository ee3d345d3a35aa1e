/**
 * Condition types and the closed lists of their reasons.
 *
 * `docs/crds/` tells people the same; reasons are API and never renamed.
 */

/** Conditions of an Investigation; `Succeeded` is the summary. */
export const InvestigationCondition = {
  /**
   * True: it is known who is asked: `Accepted`. False: `TargetNotFound`, `NodeNotFound`, `NodeHasNoAgent`, `PodNotFound`,
   * `PodNotScheduled`, `TargetUnreadable`, `TargetUnsupported`. The run waits within its deadline.
   */
  Accepted: 'Accepted',
  /** True: the agent answers. False: why it cannot be given work; the run waits within its deadline. */
  AgentReady: 'AgentReady',
  /** True: a verdict stands. Unknown: `InProgress`. */
  Diagnosed: 'Diagnosed',
  /** True: the run ended with a verdict, which is the reason. False: it ended without. Unknown: it runs. */
  Succeeded: 'Succeeded',
} as const;

/** Reasons of `Accepted`. All but the first are False. */
export type AcceptedReason =
  | 'Accepted'
  | 'TargetNotFound'
  | 'NodeNotFound'
  | 'NodeHasNoAgent'
  | 'PodNotFound'
  | 'PodNotScheduled'
  | 'TargetUnreadable'
  | 'TargetUnsupported';

/** Reasons of `Succeeded`. The first three are verdicts (True), the next five failures (False), the rest Unknown. */
export type InvestigationReason =
  | 'RootCauseFound'
  | 'NoFaultFound'
  | 'Inconclusive'
  | 'DeadlineExceeded'
  | 'Cancelled'
  | 'DiagnosticianFailed'
  | 'AgentLost'
  | 'Restored'
  | 'Pending'
  | 'InProgress'
  | 'Suspended';

/** Conditions of an Agent; `Ready` is the summary. */
export const AgentCondition = {
  /** True: `Connected`. False: `NeverConnected`, `AgentSilent`, `Revoked`, `Suspended`. */
  Ready: 'Ready',
  /** True when the agent's safety policy is not the operator's; the agent's own policy decides. */
  PolicyDiffers: 'PolicyDiffers',
} as const;

/** Conditions of an AgentTask; the reason of `Succeeded` is the outcome. */
export const AgentTaskCondition = { Succeeded: 'Succeeded' } as const;

/** Conditions of an AgentCredential. */
export const AgentCredentialCondition = {
  /** True: `Active`. False: `Revoked`, `RefreshTokenReused`, `CloneDetected`, `Expired`, `AgentGone`. */
  Ready: 'Ready',
} as const;

/** Reasons of `Ready` of an AgentCredential. All but the first are False, and for good. */
export type AgentCredentialReason =
  | 'Active'
  | 'Revoked'
  | 'RefreshTokenReused'
  | 'CloneDetected'
  | 'Expired'
  | 'AgentGone';

/** Conditions of an EnrollmentToken. */
export const EnrollmentTokenCondition = {
  /** True: `Usable`. False: `Expired`, `UsedUp`, `Revoked`. */
  Ready: 'Ready',
} as const;

/** Conditions of a DeviceCode; both are absent until there is something to say. */
export const DeviceCodeCondition = {
  /** True: `Approved`. False: `Denied`. */
  Approved: 'Approved',
  /** True: `Redeemed`. */
  Redeemed: 'Redeemed',
} as const;

/** Conditions of a User. */
export const UserCondition = {
  /** True: `Enabled`. False: `Disabled`. */
  Ready: 'Ready',
} as const;
