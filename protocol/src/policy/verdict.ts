import type { RuleID } from './rules.ts';

/** How a path is used: its contents are read, its entries are listed, or only its own metadata is looked at. */
export type PathAccess = 'read' | 'list' | 'stat';

/** A path that a command names; the agent resolves it and asks again before the run. */
export interface PathUse {
  readonly path: string;
  readonly access: PathAccess;
}

/**
 * The least rights a command needs beyond an unprivileged user.
 *
 * `fileRead` is CAP_DAC_READ_SEARCH, `ptraceFileRead` adds CAP_SYS_PTRACE, `kernelStack` adds
 * CAP_SYS_ADMIN to both, `perf` is CAP_PERFMON with CAP_BPF, `rawDevice` is CAP_SYS_RAWIO with a
 * device node, `deviceAdmin` CAP_SYS_ADMIN with one, `root` uid 0.
 */
export type Needs =
  | 'none'
  | 'fileRead'
  | 'syslog'
  | 'netAdmin'
  | 'netRaw'
  | 'ptrace'
  | 'ptraceFileRead'
  | 'kernelStack'
  | 'perf'
  | 'rawDevice'
  | 'deviceAdmin'
  | 'root';

/** The widest socket family a command needs; each one includes those before it. */
export type Network = 'none' | 'netlink' | 'unix' | 'inet';

/** A refusal: the rule, what broke it, and the nearest form that is accepted. */
export interface Refusal {
  readonly verdict: 'refuse';
  readonly rule: RuleID;
  /** One to three sentences for a person or a model; names the rule. At most a few hundred characters. */
  readonly message: string;
}

/** An accepted command, with what a runner has to know. */
export interface AcceptedCommand {
  readonly verdict: 'accept';
  readonly tool: 'run';
  readonly argv: readonly string[];
  readonly needs: Needs;
  readonly network: Network;
  readonly paths: readonly PathUse[];
  /** After this many seconds of wall time the runner ends the command. */
  readonly deadlineSeconds: number;
}

/** An accepted trace, with what a runner has to know. */
export interface AcceptedTrace {
  readonly verdict: 'accept';
  readonly tool: 'trace';
  /** The program, printed anew from what was parsed: this text runs, not the text that came. */
  readonly program: string;
  /** The attach points in order, such as `tracepoint:oom:mark_victim`. */
  readonly probes: readonly string[];
}

/** A judgement on a command. */
export type CommandVerdict = AcceptedCommand | Refusal;

/** A judgement on a bpftrace program. */
export type TraceVerdict = AcceptedTrace | Refusal;

/** A judgement on something that has no facts to hand on. */
export type PlainVerdict = { readonly verdict: 'accept' } | Refusal;

/** Any judgement of the policy. */
export type PolicyVerdict = AcceptedCommand | AcceptedTrace | PlainVerdict;

const MAX_SHOWN_CHARACTERS = 80;

/** Builds a refusal whose message starts with the id of the rule. */
export function refuse(rule: RuleID, what: string, nearest?: string): Refusal {
  return {
    verdict: 'refuse',
    rule,
    message: `${rule}: ${what}.${nearest === undefined ? '' : ` Accepted: ${nearest}`}`,
  };
}

/** Quotes hostile text for a message: JSON-escaped to printable ASCII, at most 80 characters. */
export function shown(text: string): string {
  const head = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}...` : text;
  return JSON.stringify(head).replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Tells a refusal from every kind of acceptance. */
export function isRefusal(value: { readonly verdict: 'accept' | 'refuse' }): value is Refusal {
  return value.verdict === 'refuse';
}
