import type { RunEvent } from '../src/investigations/run-event.ts';

/** One line of the timeline of a run, on the page that the server sends and in the browser alike. */
export interface RunLine {
  /** A later line of the same id takes its place. */
  id: string;
  /** The first word of the line, as the terminal has it: `step 1`, `run`, `finding`, … */
  label: string;
  text: string;
  /** Whether `text` is a command and not a sentence. */
  isCode: boolean;
  tone: 'plain' | 'heading' | 'good' | 'bad' | 'dim';
  /** RFC 3339; absent for what has no time of its own. */
  time?: string;
  /** The step that it belongs to. */
  step?: number;
  /** Whose output can be read once the step has ended. */
  evidenceID?: string;
  /** How it ended, unless well. */
  outcome?: string;
  /** The lines of evidence that it rests on. */
  quotes?: readonly { id: string; quote: string }[];
}

/** An event as lines; none for what only repeats, or for an event that this version has no words for. */
export declare const linesOf: (event: RunEvent) => RunLine[];

/** Puts the lines of an event where they belong: in place of those of the same id, else at the end. */
export declare const addLines: (lines: Map<string, RunLine>, event: RunEvent) => void;

/** Seconds since the run began, as the terminal tells them: `2.5 s`; minutes from the second on. */
export declare const elapsedText: (seconds: number) => string;
