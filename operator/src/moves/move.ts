import type { InvestigationStatusFindingEvidenceQuote, InvestigationStatusResolution } from '@nannyapi/crds';

/** A quotation from stored evidence: the evidence id and the text that stands there word for word. */
export type Quote = InvestigationStatusFindingEvidenceQuote;

/** Runs one read-only command; `argv[0]` is a bare command name. */
export interface RunAction {
  tool: 'run';
  argv: string[];
}

/** Runs one bpftrace program for so many seconds (1-30). */
export interface TraceAction {
  tool: 'trace';
  program: string;
  durationSeconds: number;
}

/** Shows a part of stored evidence again. */
export interface ReadAction {
  tool: 'read';
  evidenceID: string;
  /** Where to start, in bytes; 0 unless said. */
  offsetBytes?: number;
  /** How much, in bytes, at most 65536. */
  lengthBytes?: number;
}

/** One thing that a diagnostician wants to see. */
export type MoveAction = RunAction | TraceAction | ReadAction;

/** Tests one hypothesis with one to eight actions. */
export interface DiagnoseMove {
  kind: 'diagnose';
  /** What the step sets out to test, at most 256 characters. */
  hypothesis: string;
  actions: MoveAction[];
}

/** Ends the run with a verdict; it is accepted only if every quotation stands in the evidence it names. */
export type ResolveMove = { kind: 'resolve' } & InvestigationStatusResolution;

/** What a diagnostician may answer. */
export type Move = DiagnoseMove | ResolveMove;
