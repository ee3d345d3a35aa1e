import type { Quote, MoveAction } from '../../moves/move.ts';
import type { CaseFile, DiagnosisStep, Finding } from '../diagnostician.ts';
import type { ClusterView } from './cluster/cluster-view.ts';
import type { Place } from './cluster/pod-names.ts';
import type { ContextFacts } from './context-facts.ts';

/** What a rule is given. */
export interface RuleInput {
  facts: ContextFacts;
  /** What the API server told; empty for a host outside a cluster. */
  cluster: ClusterView;
  /** What was complained about: the prompt and the context map, in lower case. It ranks, it never proves. */
  symptom: string;
  capabilities: CaseFile['agent']['capabilities'];
  ebpf: CaseFile['investigation']['ebpf'];
}

/** What the confirming step says of a candidate. */
export type Judgement =
  | {
      outcome: 'Confirmed';
      quotes: Quote[];
      /** Better than the candidate's own where the step tells more. */
      component?: string;
      statement?: string;
      /** What keeps the verdict from being certain, as a sentence. */
      doubt?: string;
      /** One more finding for the plan, e.g. what fills a file system. Markdown. */
      planNote?: string;
    }
  | { outcome: 'Gone'; quotes: Quote[]; statement: string }
  | { outcome: 'Unclear'; statement: string };

/** How to look again. */
export interface Confirmation {
  /** At most 256 characters; it also tells which candidate a stored step was about. */
  hypothesis: string;
  /** One to eight, all accepted by the policy and possible on the host. */
  actions: MoveAction[];
  judge(step: DiagnosisStep): Judgement;
}

/** A fault that the context shows, and how to prove that it lasts. */
export interface Candidate {
  finding: Finding;
  /**
   * How sure and how grave, 0-100, before the symptom is looked at.
   */
  strength: number;
  /**
   * `Load` comes and goes with the work, so that only what lasts is a fault. `State` stands until somebody changes it,
   * and `Event` has happened: both are true even when they have gone a moment later.
   */
  nature: 'Load' | 'State' | 'Event';
  /** Words of a symptom that this fault causes. */
  topics: RegExp;
  /** True for what is often harmless: it becomes a verdict only when the symptom speaks of it. */
  needsSymptom: boolean;
  /** Mechanisms that are consequences of this one where both are found. */
  explains: readonly string[];
  /**
   * Who alone suffers from it: a pod, or some part of the host itself (`'Host'`), such as one of its services. Absent where it
   * hits whatever runs on the machine.
   */
  place?: Place | 'Host';
  confirmation: Confirmation;
  /** What to do, in Markdown. */
  plan: string;
}

/** Finds one kind of fault in the context; pure. */
export type Rule = (input: RuleInput) => Candidate[];

/** Cuts a text to the length that a field holds. */
export function clip(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 3)}...`;
}

/** True when the host has a tool; a host that did not say which tools it has is asked all the same. */
export function hasTool(input: RuleInput, tool: string): boolean {
  return input.capabilities.tools?.includes(tool) ?? true;
}

/** True when traces may and can run. */
export function canTrace(input: RuleInput): boolean {
  return input.ebpf === 'Allowed' && input.capabilities.bpftraceVersion !== undefined;
}

/** A `run` action. */
export function runs(...argv: string[]): MoveAction {
  return { tool: 'run', argv };
}

/** The `run` action if the host has the tool, else nothing; to be spread into a list. */
export function runsIfPresent(input: RuleInput, ...argv: string[]): MoveAction[] {
  return hasTool(input, argv[0] ?? '') ? [runs(...argv)] : [];
}
