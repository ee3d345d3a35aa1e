import { createHash } from 'node:crypto';
import { JSON_LIMITS } from './calls/json-text.ts';
import { COMMANDS } from './commands/index.ts';
import { REACHABLE_ADDRESSES, WELL_KNOWN_NAMES } from './grammar/egress.ts';
import * as proc from './paths/proc.ts';
import * as roots from './paths/roots.ts';
import * as secrets from './paths/secrets.ts';
import { RULES } from './rules.ts';
import { TRACE_LIMITS } from './trace/check-load.ts';
import * as functions from './trace/functions.ts';
import { BUSY_TRACEPOINTS, HOT_TRACEPOINTS } from './trace/hot-probes.ts';
import { CLOSED_CATEGORIES, PROBE_LIMITS, SOFTWARE_EVENTS } from './trace/probes.ts';
import { WORD_LIMITS } from './words.ts';

/**
 * Names the code of the policy, which the tables do not show: it is raised by hand with every change of
 * a check that lives in code, so that two builds with different checks never share a hash.
 */
export const POLICY_VERSION = 'v1alpha1.3';

/** Writes a value as JSON with sorted keys, so that equal tables give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
}

/** `sha256:` and the SHA-256 of every table of the policy and its version, in lower-case hex; it stands on each step of an investigation. */
export const POLICY_HASH: string = `sha256:${createHash('sha256')
  .update(
    canonicalJson({
      version: POLICY_VERSION,
      rules: RULES,
      commands: COMMANDS,
      paths: { ...proc, ...roots, ...secrets },
      egress: { REACHABLE_ADDRESSES, WELL_KNOWN_NAMES },
      limits: { JSON_LIMITS, WORD_LIMITS, TRACE_LIMITS, PROBE_LIMITS },
      trace: { ...functions, HOT_TRACEPOINTS, BUSY_TRACEPOINTS, CLOSED_CATEGORIES, SOFTWARE_EVENTS },
    }),
  )
  .digest('hex')}`;
