// Generated from crds/v1alpha1 by hack/generate. Do not edit.
import type {ObjectMeta} from '../object-meta.ts';

/**
 * One unit of work for one agent. The only channel between the operator and agents; created by the operator, answered by the agent.
 */
export interface AgentTask {
  /**
   * The version of this API.
   */
  apiVersion: 'nannyai.dev/v1alpha1';
  /**
   * The kind.
   */
  kind: 'AgentTask';
  /**
   * Standard object metadata.
   */
  metadata: ObjectMeta;
  spec: AgentTaskSpec;
  status?: AgentTaskStatus;
}
/**
 * What to do. Immutable, but for cancel, which only goes from false to true.
 */
export interface AgentTaskSpec {
  agentRef: AgentTaskSpecAgentRef;
  /**
   * CollectContext gathers the first facts; Diagnose runs the actions of one diagnostic move.
   */
  type: 'CollectContext' | 'Diagnose';
  collectContext?: AgentTaskSpecCollectContext;
  /**
   * The commands, traces and reads of one move, in order; with type Diagnose. May be empty when all were refused.
   *
   * @maxItems 8
   */
  actions?: AgentTaskSpecAction[];
  /**
   * What the step sets out to test.
   */
  hypothesis?: string;
  /**
   * What was asked for in this move and not allowed. It never reaches the agent.
   *
   * @maxItems 16
   */
  refused?: AgentTaskSpecRefused[];
  /**
   * What the API server knew of the target when the step was created, for a run about a node or a pod. It never reaches the agent.
   *
   * @maxItems 16
   */
  clusterContext?: AgentTaskSpecClusterContext[];
  /**
   * The model call that chose this move.
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
   * The hash of the safety policy that the operator applied.
   */
  policyHash: string;
  /**
   * How long the whole task may take once claimed, in seconds.
   */
  timeoutSeconds: number;
  /**
   * How much output the agent may send for this task, in bytes before compression.
   */
  maxOutputBytes?: number;
  /**
   * When the task must no longer be started.
   */
  notAfterTime?: string;
  /**
   * Ends the task. Cannot be taken back.
   */
  cancel?: boolean;
}
/**
 * The agent that does it.
 */
export interface AgentTaskSpecAgentRef {
  /**
   * Name of the Agent.
   */
  name: string;
  /**
   * Namespace of the Agent; that of the task if absent. Agents of nodes live in the release namespace, their tasks where the Investigation is.
   */
  namespace?: string;
}
/**
 * How to gather the first facts; with type CollectContext.
 */
export interface AgentTaskSpecCollectContext {
  /**
   * How long rates (CPU, disk, throttling) are sampled, in seconds.
   */
  sampleSeconds?: number;
}
/**
 * One action; exactly one of run, trace and read.
 */
export interface AgentTaskSpecAction {
  /**
   * Names the action within its task; its output is evidence s<step>-<id>.
   */
  id: string;
  run?: AgentTaskSpecActionRun;
  trace?: AgentTaskSpecActionTrace;
  read?: AgentTaskSpecActionRead;
}
/**
 * A read-only command, as an argument vector. No shell sees it.
 */
export interface AgentTaskSpecActionRun {
  /**
   * The bare command name and its arguments.
   *
   * @minItems 1
   * @maxItems 64
   */
  argv: string[];
}
/**
 * A bpftrace program.
 */
export interface AgentTaskSpecActionTrace {
  /**
   * The program text, in the grammar that the safety policy accepts.
   */
  program: string;
  /**
   * How long it runs, in seconds.
   */
  durationSeconds: number;
}
/**
 * A part of stored evidence to look at again. The agent has nothing to do for it.
 */
export interface AgentTaskSpecActionRead {
  /**
   * The evidence, as s<step>-<action>.
   */
  evidenceID: string;
  /**
   * Where to start, in bytes.
   */
  offsetBytes?: number;
  /**
   * How much, in bytes.
   */
  lengthBytes?: number;
}
/**
 * One refusal.
 */
export interface AgentTaskSpecRefused {
  /**
   * What was asked for.
   */
  action: string;
  /**
   * The rule that refused it.
   */
  rule: string;
  /**
   * Why, and what is allowed instead.
   */
  message?: string;
}
/**
 * One item; it is evidence s<step>-<id>.
 */
export interface AgentTaskSpecClusterContext {
  /**
   * Names the item within its task, e.g. pod or events.
   */
  id: string;
  /**
   * What was read, for people.
   */
  source: string;
  /**
   * One fact a line.
   */
  text: string;
}
/**
 * What came back. Written by the API on behalf of the agent.
 */
export interface AgentTaskStatus {
  /**
   * Succeeded, the summary; its reason is the outcome.
   *
   * @maxItems 16
   */
  conditions?: AgentTaskStatusCondition[];
  /**
   * How the task ended; absent while it runs. Unknown means that it started and nobody saw the end.
   */
  outcome?: 'Succeeded' | 'Failed' | 'Refused' | 'TimedOut' | 'Cancelled' | 'Unknown';
  /**
   * The outcome in words.
   */
  message?: string;
  claim?: AgentTaskStatusClaim;
  /**
   * When the result arrived.
   */
  completionTime?: string;
  /**
   * One result an action or context item.
   *
   * @maxItems 64
   */
  results?: AgentTaskStatusResult[];
}
/**
 * One observed condition, as metav1.Condition.
 */
export interface AgentTaskStatusCondition {
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
 * Who took the task, and when.
 */
export interface AgentTaskStatusClaim {
  /**
   * The agent's journal. An agent that returns with another journal ends its claimed tasks as Unknown.
   */
  journalID: string;
  /**
   * When the claim was accepted.
   */
  time: string;
  /**
   * The hash of the safety policy that the agent applies.
   */
  policyHash?: string;
}
/**
 * What one action brought.
 */
export interface AgentTaskStatusResult {
  /**
   * The action, or the context item.
   */
  actionID: string;
  /**
   * What was run or read, for people.
   */
  source: string;
  /**
   * How it ended. NotAvailable means that this host lacks the tool or the rights.
   */
  outcome: 'Succeeded' | 'Failed' | 'Refused' | 'TimedOut' | 'Cancelled' | 'NotAvailable' | 'Unknown';
  /**
   * The outcome in words.
   */
  message?: string;
  /**
   * Exit status of the command.
   */
  exitCode?: number;
  /**
   * The signal that ended the command.
   */
  signal?: string;
  /**
   * When it started.
   */
  startTime?: string;
  /**
   * When it ended.
   */
  completionTime?: string;
  /**
   * Bytes of standard output that were counted; with truncated, at least so many.
   */
  outputBytes?: number;
  /**
   * True when output was cut at a limit.
   */
  truncated?: boolean;
  /**
   * The output as text, whole up to 16384 bytes; of longer output the head, the rest being in evidence.
   */
  preview?: string;
  /**
   * The head of standard error.
   */
  stderr?: string;
  /**
   * SHA-256 of the kept output as text.
   */
  digest?: string;
  /**
   * Names of the Evidence objects that hold the output, in order; empty when the preview is whole.
   *
   * @maxItems 64
   */
  evidence?: string[];
  /**
   * The layers that caged the action, e.g. ReadOnlyMounts, Seccomp.
   *
   * @maxItems 16
   */
  sandbox?: string[];
}
