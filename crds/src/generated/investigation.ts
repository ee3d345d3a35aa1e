// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * One incident on one machine and its analysis, from the question to a verdict that is proved by stored evidence.
 */
export interface Investigation {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'Investigation';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: InvestigationSpec;
  status?: InvestigationStatus;
}
/**
 * What to find out and within which bounds. Immutable, but for suspend and cancel.
 */
export interface InvestigationSpec {
  agentRef?: InvestigationSpecAgentRef;
  /**
   * The Kubernetes node to investigate; its agent lives in the release namespace.
   */
  nodeName?: string;
  podRef?: InvestigationSpecPodRef;
  /**
   * What is wrong, in your words, e.g. "Why is this machine slow?". 10 to 4000 characters.
   */
  prompt: string;
  /**
   * How urgent it is, for people and for the diagnostician.
   */
  priority?: 'Low' | 'Medium' | 'High';
  /**
   * What is known already, as short facts, e.g. alertname or ticket. Handed to the diagnostician as data.
   */
  context?: {
    [k: string]: string;
  };
  /**
   * Who asked; set by the API for people who come through it.
   */
  requestedBy?: string;
  limits?: InvestigationSpecLimits;
  /**
   * Whether bpftrace programs may run.
   */
  ebpf?: 'Allowed' | 'Forbidden';
  /**
   * Pauses the run while true: no new step starts. A running step finishes.
   */
  suspend?: boolean;
  /**
   * Ends the run for good. Cannot be taken back.
   */
  cancel?: boolean;
  /**
   * Seconds after which the finished run is deleted with all its evidence. Kept for good if unset.
   */
  ttlSecondsAfterFinished?: number;
}
/**
 * The agent on the machine to investigate.
 */
export interface InvestigationSpecAgentRef {
  /**
   * Name of the Agent, in the same namespace.
   */
  name: string;
}
/**
 * The pod to investigate, by the agent of the node it runs on. The run keeps that agent when the pod goes away.
 */
export interface InvestigationSpecPodRef {
  /**
   * Name of the Pod, in the same namespace.
   */
  name: string;
}
/**
 * The bounds of the run.
 */
export interface InvestigationSpecLimits {
  /**
   * How many steps (one model move and its commands each) the run may take; then a conclusion is forced.
   */
  maxSteps?: number;
  /**
   * How long the run may take, in seconds from its start.
   */
  deadlineSeconds?: number;
  /**
   * How much output of commands and traces the run may store, in bytes before compression.
   */
  maxOutputBytes?: number;
}
/**
 * What was found so far. Written by the operator alone.
 */
export interface InvestigationStatus {
  /**
   * The metadata.generation that this status was computed from.
   */
  observedGeneration?: number;
  /**
   * A summary of the conditions, derived from them.
   */
  phase?: 'Pending' | 'InProgress' | 'Completed' | 'Failed';
  /**
   * Accepted (the target exists), AgentReady (its agent answers), Diagnosed (a verdict stands) and Succeeded (the summary; True when the run ended with a verdict).
   *
   * @maxItems 16
   */
  conditions?: InvestigationStatusCondition[];
  /**
   * The TensorZero episode (UUIDv7), minted before the first model call.
   */
  episodeID?: string;
  target?: InvestigationStatusTarget;
  /**
   * Who chose the moves, e.g. playbook or tensorzero.
   */
  diagnostician?: string;
  /**
   * The hash of the safety policy that the operator applied last.
   */
  policyHash?: string;
  /**
   * When the run began.
   */
  startTime?: string;
  /**
   * When the run ended.
   */
  completionTime?: string;
  /**
   * The steps of the run, oldest first; each is one AgentTask.
   *
   * @maxItems 64
   */
  steps?: InvestigationStatusStep[];
  /**
   * What the built-in rules saw in the evidence so far, strongest first.
   *
   * @maxItems 32
   */
  findings?: InvestigationStatusFinding[];
  resolution?: InvestigationStatusResolution;
  usage?: InvestigationStatusUsage;
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface InvestigationStatusCondition {
  /**
   * What the condition speaks of.
   */
  type: string;
  /**
   * Whether it holds.
   */
  status: 'True' | 'False' | 'Unknown';
  /**
   * Why, as one word a program can branch on.
   */
  reason: string;
  /**
   * Why, in words for a person.
   */
  message: string;
  /**
   * When status last changed.
   */
  lastTransitionTime: string;
  /**
   * The metadata.generation that this condition was computed from.
   */
  observedGeneration?: number;
}
/**
 * What the run is about and who is asked. Fixed when the run begins, so that it stays true when a pod moves or goes away.
 */
export interface InvestigationStatusTarget {
  /**
   * What the run is about, e.g. agent/web-1, node/node1 or pod/shop-1.
   */
  subject: string;
  /**
   * Namespace of the Agent that is asked.
   */
  agentNamespace?: string;
  /**
   * Name of the Agent that is asked; absent while there is none.
   */
  agentName?: string;
  /**
   * The Kubernetes node that is looked at; absent for a host outside the cluster.
   */
  nodeName?: string;
  /**
   * metadata.uid of the pod, so that another pod of the same name is not taken for it.
   */
  podUID?: string;
}
/**
 * One step.
 */
export interface InvestigationStatusStep {
  /**
   * The number of the step; 0 collects the context.
   */
  index: number;
  taskRef: InvestigationStatusStepTaskRef;
  /**
   * What the step set out to test.
   */
  hypothesis?: string;
  /**
   * How the task ended; absent while it runs.
   */
  outcome?: 'Succeeded' | 'Failed' | 'Refused' | 'TimedOut' | 'Cancelled' | 'Unknown';
  /**
   * Commands and traces that ran to an end.
   */
  actionsDone?: number;
  /**
   * Commands and traces that the safety policy refused.
   */
  actionsRefused?: number;
  /**
   * The model call that chose this step.
   */
  inferenceID?: string;
  /**
   * Tokens that the model call read.
   */
  inputTokens?: number;
  /**
   * Tokens that the model call wrote.
   */
  outputTokens?: number;
  /**
   * When the step was created.
   */
  startTime?: string;
  /**
   * When its result arrived.
   */
  completionTime?: string;
}
/**
 * The task that holds what was asked and what came back.
 */
export interface InvestigationStatusStepTaskRef {
  /**
   * Name of the AgentTask, in the same namespace.
   */
  name: string;
}
/**
 * One finding.
 */
export interface InvestigationStatusFinding {
  /**
   * The kind of fault, e.g. CPUSaturation.
   */
  mechanism: string;
  /**
   * The thing it shows on.
   */
  component: string;
  /**
   * The finding in one sentence.
   */
  statement: string;
  /**
   * The lines that show it.
   *
   * @maxItems 16
   */
  evidence: InvestigationStatusFindingEvidenceQuote[];
}
/**
 * A quotation from stored evidence.
 */
export interface InvestigationStatusFindingEvidenceQuote {
  /**
   * The evidence quoted, as s<step>-<action>, e.g. s0-cpu.
   */
  id: string;
  /**
   * The very text that proves the claim; it stands in that evidence word for word.
   */
  quote: string;
}
/**
 * The verdict, once there is one.
 */
export interface InvestigationStatusResolution {
  /**
   * RootCauseFound, NoFaultFound (a normal result) or Inconclusive.
   */
  verdict: 'RootCauseFound' | 'NoFaultFound' | 'Inconclusive';
  rootCause?: InvestigationStatusResolutionRootCause;
  /**
   * The lines that prove the verdict. Each was looked up in the stored evidence before the verdict was accepted.
   *
   * @maxItems 16
   */
  evidence?: InvestigationStatusResolutionEvidenceQuote[];
  /**
   * The nearest rival causes, each with the fact that rules it out.
   *
   * @maxItems 16
   */
  ruledOut?: InvestigationStatusResolutionRuledOut[];
  /**
   * What to do now, in Markdown.
   */
  plan?: string;
  /**
   * How sure the diagnostician is.
   */
  confidence?: 'Low' | 'Medium' | 'High';
}
/**
 * What is at fault; only with verdict RootCauseFound.
 */
export interface InvestigationStatusResolutionRootCause {
  /**
   * The thing at fault, e.g. a process, cgroup, mount or device.
   */
  component: string;
  /**
   * The kind of fault, e.g. CPUSaturation or FilesystemFull.
   */
  mechanism: string;
  /**
   * The root cause in a few sentences.
   */
  statement: string;
}
/**
 * A quotation from stored evidence.
 */
export interface InvestigationStatusResolutionEvidenceQuote {
  /**
   * The evidence quoted, as s<step>-<action>, e.g. s0-cpu.
   */
  id: string;
  /**
   * The very text that proves the claim; it stands in that evidence word for word.
   */
  quote: string;
}
/**
 * One rival cause.
 */
export interface InvestigationStatusResolutionRuledOut {
  /**
   * The kind of fault that it is not.
   */
  mechanism: string;
  /**
   * Why not.
   */
  statement: string;
  /**
   * The lines that rule it out.
   *
   * @maxItems 4
   */
  evidence?: InvestigationStatusResolutionRuledOutEvidenceQuote[];
}
/**
 * A quotation from stored evidence.
 */
export interface InvestigationStatusResolutionRuledOutEvidenceQuote {
  /**
   * The evidence quoted, as s<step>-<action>, e.g. s0-cpu.
   */
  id: string;
  /**
   * The very text that proves the claim; it stands in that evidence word for word.
   */
  quote: string;
}
/**
 * What the run cost so far.
 */
export interface InvestigationStatusUsage {
  /**
   * Steps created.
   */
  steps?: number;
  /**
   * Commands and traces run.
   */
  actions?: number;
  /**
   * Commands and traces refused by the policy.
   */
  refusals?: number;
  /**
   * Tokens that models read.
   */
  inputTokens?: number;
  /**
   * Tokens that models wrote.
   */
  outputTokens?: number;
  /**
   * Output of commands and traces, in bytes before compression.
   */
  outputBytes?: number;
}
