import type {
  AgentTaskSpecAction,
  AgentTaskSpecRefused,
  AgentTaskStatus,
  AgentTaskStatusResult,
  InvestigationStatus,
} from '@nannyapi/crds';

type Finding = NonNullable<InvestigationStatus['findings']>[number];

/**
 * One event of a run, as `GET …/investigations/{name}/events` sends it.
 *
 * `type` is the name of the server-sent event and `id` its id; an id is sent once on a stream. Times are RFC 3339.
 */
export type RunEvent =
  /** The target exists and the run may begin. */
  | {
      type: 'accepted';
      id: string;
      data: { name: string; namespace: string; prompt: string; agent?: string; time?: string };
    }
  /** The run cannot go on yet: why. */
  | { type: 'waiting'; id: string; data: { condition: string; reason: string; message: string } }
  /** A step was created: what it sets out to test and what it will do. */
  | { type: 'step'; id: string; data: StepEvent }
  | { type: 'action-started'; id: string; data: ActionStarted }
  | { type: 'action-ended'; id: string; data: ActionEnded }
  | {
      type: 'step-ended';
      id: string;
      data: { step: number; outcome: NonNullable<AgentTaskStatus['outcome']>; message?: string; time?: string };
    }
  /** The built-in rules saw something in the evidence. */
  | { type: 'finding'; id: string; data: Finding }
  /** The run is over, with a verdict or without one; the last event. */
  | { type: 'verdict'; id: string; data: VerdictEvent }
  /** The Investigation was deleted before it was over; the last event. */
  | { type: 'deleted'; id: string; data: Record<string, never> };

/** What a step sets out to do. */
export interface StepEvent {
  step: number;
  task: string;
  type: 'CollectContext' | 'Diagnose';
  hypothesis?: string;
  actions: AgentTaskSpecAction[];
  /** What the model asked for and the policy did not allow. */
  refused: AgentTaskSpecRefused[];
  time?: string;
}

/** An action began on the host. */
export interface ActionStarted {
  step: number;
  actionID: string;
  /** The id by which its output is cited and read. */
  evidenceID: string;
  source: string;
  time?: string;
}

/** An action ended on the host; the output can be read once the step has ended. */
export interface ActionEnded extends ActionStarted {
  outcome: AgentTaskStatusResult['outcome'];
  message?: string;
}

/** How the run ended. */
export interface VerdictEvent {
  /** Whether there is a verdict. */
  succeeded: boolean;
  /** The verdict, or why there is none. */
  reason: string;
  message: string;
  resolution?: InvestigationStatus['resolution'];
  usage?: InvestigationStatus['usage'];
  time?: string;
}
