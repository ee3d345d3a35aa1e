import type { Needs, Network } from '../verdict.ts';
import type { ValueKind } from './value-kinds.ts';

/**
 * How an option takes its value: `flag` takes none, `value` always one (attached or the next word),
 * `attached` only directly after it (`-bX`, `--boot=X`) or none at all.
 */
export type OptionKind =
  | { readonly takes: 'flag' }
  | { readonly takes: 'value'; readonly value: ValueKind }
  | { readonly takes: 'attached'; readonly value: ValueKind };

/** The options of a command, by their full spelling. */
export type Options = Readonly<Record<string, OptionKind>>;

/** A run of operands of one kind. `sampling` is the pair interval and count, both or neither. */
export type Slot =
  | { readonly value: ValueKind; readonly min: number; readonly max: number }
  | { readonly sampling: { readonly maxSeconds: number } };

/** What may follow a command, or one of its verbs. */
export interface Grammar {
  readonly options?: Options;
  /** `clustered`: short options may stand together, as in getopt. `whole`: each word is one option. */
  readonly optionStyle?: 'clustered' | 'whole';
  /** Whether a lone `--` ends the options. */
  readonly endsOptions?: boolean;
  /** The lists of operands that are accepted; the default is none. */
  readonly forms?: readonly (readonly Slot[])[];
  /** Grammars of verbs; a key may hold several spellings with spaces between. */
  readonly verbs?: Readonly<Record<string, Grammar>>;
  /** Whether the verb may be left out. */
  readonly verbOptional?: boolean;
  /** Of each group one option must be present, else the command is refused as unbounded or as no read. */
  readonly require?: readonly (readonly string[])[];
  /** Where an option of the first group is present, one of the second must be. */
  readonly requireWith?: readonly (readonly [given: readonly string[], needed: readonly string[]])[];
  /** At most one option of each group may be present. */
  readonly exclusive?: readonly (readonly string[])[];
  /** Options whose values multiply to seconds that must stay below the bound, with their defaults. */
  readonly duration?: {
    readonly factors: readonly (readonly [names: readonly string[], otherwise: number])[];
    readonly maxSeconds: number;
  };
}

/** One command of the catalogue. */
export interface Command extends Grammar {
  readonly name: string;
  /** What it is good for, in one line. */
  readonly use: string;
  /** Accepted lines; the first is offered when a call is refused. */
  readonly examples: readonly string[];
  readonly needs?: Needs;
  /** Options that raise the need. */
  readonly needsWith?: Readonly<Record<string, Needs>>;
  readonly network?: Network;
  /** Wall-clock deadline, in seconds; 10 unless said. */
  readonly deadlineSeconds?: number;
  /** Further bounds that the table cannot say, by name; see `extra-checks.ts`. */
  readonly extraCheck?: ExtraCheck;
}

/** Names of the checks that look at a whole command. */
export type ExtraCheck = 'find' | 'grep' | 'du' | 'ls' | 'ps';

/** Options without a value; names separated by spaces. */
export function flags(names: string): Options {
  return each(names, { takes: 'flag' });
}

/** Options with a value; names separated by spaces. */
export function valued(names: string, value: ValueKind): Options {
  return each(names, { takes: 'value', value });
}

/** Options whose value, if any, is attached; names separated by spaces. */
export function attached(names: string, value: ValueKind): Options {
  return each(names, { takes: 'attached', value });
}

function each(names: string, kind: OptionKind): Options {
  return Object.fromEntries(names.split(' ').map((option) => [option, kind]));
}

/** Exactly one operand. */
export const one = (value: ValueKind): Slot => ({ value, min: 1, max: 1 });
/** One operand or none. */
export const maybe = (value: ValueKind): Slot => ({ value, min: 0, max: 1 });
/** Any number of operands up to a bound, none included. */
export const some = (value: ValueKind, max = 16): Slot => ({ value, min: 0, max });
/** One operand or more, up to a bound. */
export const several = (value: ValueKind, max = 16): Slot => ({ value, min: 1, max });
/** The pair interval and count, both or neither, at most 30 s together. */
export const sampling: Slot = { sampling: { maxSeconds: 30 } };
