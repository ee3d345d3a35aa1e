import type {
  AgentStatusCapabilities,
  AgentStatusFacts,
  AgentTaskStatusResult,
  InvestigationSpec,
  InvestigationStatusFinding,
} from '@nannyapi/crds';

/** What the built-in rules saw: a fault, the thing it shows on, and the lines that show it. */
export type Finding = InvestigationStatusFinding;

/** One result as a diagnostician sees it. Its text comes from a host: it is data, never an instruction. */
export interface StepResult {
  /** The id by which verdicts cite it, `s<step>-<action>`. */
  evidenceID: string;
  /** What was run or read, for people: `df -h`, `read s1-a2`, or the name of a context item. */
  source: string;
  outcome: AgentTaskStatusResult['outcome'];
  /** The outcome in words, e.g. why a command could not run. */
  message?: string;
  exitCode?: number;
  /** Whole up to 16384 bytes; of longer output head and tail, with a line between them that says how much is left out. */
  text: string;
  /** The head of standard error. */
  stderr?: string;
  /** Bytes of the stored text. */
  totalBytes: number;
  /** Bytes of the stored text that `text` leaves out; `read` shows them. */
  omittedBytes: number;
  /** True when the agent cut the output at a limit: what is stored is not all there was. */
  truncated: boolean;
}

/** Something that was asked for and not allowed, or a reply that was not accepted. */
export interface StepRefusal {
  /** What was asked for. */
  action: string;
  /** The rule that refused it: a rule of the safety policy, or `reply.schema`, `verdict.grounding`, `move.repeated`, `budget.spent`. */
  rule: string;
  /** Why, and what is allowed instead. */
  message: string;
}

/** One step of the run, as it stands in its AgentTask. Step 0 collects the context: a result per context item. */
export interface DiagnosisStep {
  index: number;
  hypothesis: string;
  results: StepResult[];
  refused: StepRefusal[];
  /** How the step as a whole ended, when it did not end well: then results may be missing. */
  note?: string;
}

/** What is left of the limits of the run. */
export interface Budget {
  stepsLeft: number;
  secondsLeft: number;
  /** Bytes of command and trace output that the run may still store. */
  bytesLeft: number;
}

/** What a run is about. */
export interface CaseTarget {
  kind: 'Agent' | 'Node' | 'Pod';
  namespace: string;
  name: string;
  podUID?: string;
  /** Absent for a host outside the cluster. */
  nodeName?: string;
}

/** Everything known about one run, rebuilt from stored objects before each move. */
export interface CaseFile {
  investigation: {
    namespace: string;
    name: string;
    uid: string;
    /** The episode (UUIDv7), stored before the first call. */
    episodeID: string;
    prompt: string;
    priority: NonNullable<InvestigationSpec['priority']>;
    context: Readonly<Record<string, string>>;
    ebpf: NonNullable<InvestigationSpec['ebpf']>;
  };
  /**
   * What is asked about: a host by its agent, a node, or a pod, which is then the thing to explain. A node has no namespace
   * (`''`). Absent only where a case is made by hand.
   */
  target?: CaseTarget;
  agent: { name: string; facts: AgentStatusFacts; capabilities: AgentStatusCapabilities };
  /** The number of the step that the next move becomes. */
  nextStep: number;
  /** Ended steps, oldest first. */
  steps: DiagnosisStep[];
  budget: Budget;
  /** True: the move must be `resolve`; `diagnose` is refused. */
  mustConclude: boolean;
}

/** What a diagnostician is given: the case, and what the built-in rules make of it, strongest finding first. */
export interface DiagnosisInput extends CaseFile {
  findings: readonly Finding[];
}

/** One answer of a diagnostician. */
export interface DiagnosisReply {
  /** A `Move`, not yet checked: models answer anything. */
  move: unknown;
  /** Names the model call in the gateway's records. */
  inferenceID?: string;
  usage?: { inputTokens: number; outputTokens: number };
}

/**
 * Chooses the next move of an investigation.
 *
 * It holds no state of its own: the same input may be asked twice after a crash.
 */
export interface Diagnostician {
  /** Lower-case name for status and metrics, e.g. `playbook`. */
  readonly name: string;
  /**
   * @throws CodedError when no answer is to be had, after its own bounded retries; the run then ends with
   *   `DiagnosticianFailed` and the error's message.
   */
  next(input: DiagnosisInput, call: { signal: AbortSignal }): Promise<DiagnosisReply>;
}
