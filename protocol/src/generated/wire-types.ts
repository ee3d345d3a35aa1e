// Generated from protocol/src/wire/schemas.ts by hack/generate. Do not edit.

export type WireBody =
  | AnomalyReport
  | Cancel
  | ClaimRequest
  | ClaimResponse
  | Heartbeat
  | HeartbeatResponse
  | Hello
  | Progress
  | Task
  | TaskResult;

export interface AnomalyReport {
  prompt: string;
  priority?: 'Low' | 'Medium' | 'High';
  context?: {
    [k: string]: string;
  };
}
export interface Cancel {
  /**
   * The task to stop.
   */
  uid: string;
  /**
   * Cancelled: still there, report the outcome. Deleted: gone, there is nothing to report to.
   */
  reason: 'Cancelled' | 'Deleted';
}
export interface ClaimRequest {
  /**
   * Identity of the agent's journal.
   */
  journalID: string;
  /**
   * Hash of the agent's safety policy.
   */
  policyHash: string;
}
export interface ClaimResponse {
  journalID: string;
  time: string;
  policyHash?: string;
}
export interface Heartbeat {
  /**
   * Version of the agent.
   */
  version: string;
  policyHash: string;
  journalID: string;
  facts: HeartbeatFacts;
  capabilities: HeartbeatCapabilities;
}
/**
 * What the host is.
 */
export interface HeartbeatFacts {
  /**
   * Host name.
   */
  hostname?: string;
  /**
   * Operating system kernel, e.g. linux.
   */
  platform?: string;
  /**
   * Family of distributions, e.g. debian or rhel.
   */
  platformFamily?: string;
  /**
   * Name of the distribution for people.
   */
  osName?: string;
  /**
   * Version of the distribution.
   */
  osVersion?: string;
  /**
   * Kernel release.
   */
  kernelVersion?: string;
  /**
   * Processor architecture, e.g. x86_64.
   */
  arch?: string;
  /**
   * Identifier of the installation.
   */
  machineID?: string;
  /**
   * Identifier of this boot.
   */
  bootID?: string;
  /**
   * Hypervisor or container runtime, none if bare.
   */
  virtualization?: string;
  /**
   * Processors on line.
   */
  cpus?: number;
  /**
   * Memory, in bytes.
   */
  memoryBytes?: number;
}
/**
 * What the agent can do there.
 */
export interface HeartbeatCapabilities {
  /**
   * Whether the agent runs as root.
   */
  privilege?: 'Root' | 'Unprivileged';
  /**
   * How well commands are caged. Full has a read-only view of the host, seccomp and its own user.
   */
  sandbox?: 'Full' | 'Reduced' | 'Minimal';
  /**
   * Which control groups the host has.
   */
  cgroups?: 'V1' | 'V2' | 'Hybrid' | 'None';
  /**
   * Version of bpftrace; absent where traces cannot run.
   */
  bpftraceVersion?: string;
  /**
   * The commands of the safety policy that can be run, those of the agent's image among them.
   *
   * @maxItems 256
   */
  tools?: string[];
  /**
   * Which of the commands the host itself lacks, so that they are run from the agent's image.
   *
   * @maxItems 256
   */
  imageTools?: string[];
  /**
   * What is missing, and the command that adds it.
   *
   * @maxItems 32
   */
  missing?: string[];
}
export interface HeartbeatResponse {
  serverTime: string;
  heartbeatSeconds: number;
}
export interface Hello {
  /**
   * namespace/name of the Agent that the credential speaks for.
   */
  agent: string;
  /**
   * Hash of the control plane's safety policy.
   */
  policyHash: string;
  /**
   * The clock of the control plane.
   */
  serverTime: string;
  /**
   * How often to send a heartbeat.
   */
  heartbeatSeconds: number;
}
export interface Progress {
  actionID: string;
  state: 'Started' | 'Ended';
  /**
   * What is run, for people.
   */
  source: string;
  /**
   * With state Ended.
   */
  outcome?: 'Succeeded' | 'Failed' | 'Refused' | 'TimedOut' | 'Cancelled' | 'NotAvailable' | 'Unknown';
  time: string;
}
export interface Task {
  /**
   * Identity of the task; the path of all calls about it.
   */
  uid: string;
  /**
   * Name of the AgentTask.
   */
  name: string;
  /**
   * Namespace of the AgentTask.
   */
  namespace: string;
  spec: TaskSpec;
  claim?: TaskClaim;
}
/**
 * What to do. Immutable, but for cancel, which only goes from false to true.
 */
export interface TaskSpec {
  agentRef: TaskSpecAgentRef;
  /**
   * CollectContext gathers the first facts; Diagnose runs the actions of one diagnostic move.
   */
  type: 'CollectContext' | 'Diagnose';
  collectContext?: TaskSpecCollectContext;
  /**
   * The commands, traces and reads of one move, in order; with type Diagnose. May be empty when all were refused.
   *
   * @maxItems 8
   */
  actions?: TaskSpecAction[];
  /**
   * What the step sets out to test.
   */
  hypothesis?: string;
  /**
   * What was asked for in this move and not allowed. It never reaches the agent.
   *
   * @maxItems 16
   */
  refused?: TaskSpecRefused[];
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
export interface TaskSpecAgentRef {
  /**
   * Name of the Agent.
   */
  name: string;
}
/**
 * How to gather the first facts; with type CollectContext.
 */
export interface TaskSpecCollectContext {
  /**
   * How long rates (CPU, disk, throttling) are sampled, in seconds.
   */
  sampleSeconds?: number;
}
/**
 * One action; exactly one of run, trace and read.
 */
export interface TaskSpecAction {
  /**
   * Names the action within its task; its output is evidence s<step>-<id>.
   */
  id: string;
  run?: TaskSpecActionRun;
  trace?: TaskSpecActionTrace;
  read?: TaskSpecActionRead;
}
/**
 * A read-only command, as an argument vector. No shell sees it.
 */
export interface TaskSpecActionRun {
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
export interface TaskSpecActionTrace {
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
export interface TaskSpecActionRead {
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
export interface TaskSpecRefused {
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
 * Who took the task, and when.
 */
export interface TaskClaim {
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
export interface TaskResult {
  journalID: string;
  /**
   * How the task ended; absent while it runs. Unknown means that it started and nobody saw the end.
   */
  outcome: 'Succeeded' | 'Failed' | 'Refused' | 'TimedOut' | 'Cancelled' | 'Unknown';
  /**
   * The outcome in words.
   */
  message?: string;
  /**
   * One result an action or context item.
   *
   * @maxItems 64
   */
  results: TaskResultResult[];
}
/**
 * What one action brought.
 */
export interface TaskResultResult {
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
