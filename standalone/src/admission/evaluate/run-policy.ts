import { evaluationWords } from '../../schema/cel/evaluation-message.ts';
import type { Bindings } from './bindings.ts';
import type { CompiledPolicy, Program } from './compiled-policy.ts';

/** What a policy has against a write. */
export interface Objection {
  /** Reason of the Status. */
  reason: string;
  message: string;
  /** True when it refuses the write whatever the binding says is to be done. */
  isAbsolute?: true;
}

/** Longest text that a messageExpression may give, in bytes. */
const MAX_MESSAGE_BYTES = 5 * 1024;

/**
 * Runs a policy on a write that it is about, as apiserver's `validating.validator` does; expressions that fail count as the
 * policy's `failurePolicy` says.
 *
 * @returns objections in the order of the policy's rules; none when the write may pass.
 */
export function runPolicy(policy: CompiledPolicy, bindings: Bindings): Objection[] {
  const onFailure = (message: string): Objection[] =>
    policy.spec.failurePolicy === 'Ignore' ? [] : [{ reason: 'Invalid', message }];
  const conditions = judgeConditions(policy, bindings);
  if (conditions === false) return [];
  if (typeof conditions === 'string') return onFailure(conditions);
  const objections = policy.validations.flatMap((validation) => {
    const result = run(validation, bindings);
    if ('failure' in result) return onFailure(result.failure);
    if (result.value === true) return [];
    return [{ reason: validation.rule.reason ?? 'Invalid', message: messageOf(validation, bindings) }];
  });
  return [
    ...objections,
    ...policy.annotations.flatMap((annotation) => annotationFailure(annotation, bindings, onFailure)),
  ];
}

/** True when all hold, false when one does not, else why that cannot be told. */
function judgeConditions({ conditions }: CompiledPolicy, bindings: Bindings): boolean | string {
  const failures: string[] = [];
  for (const condition of conditions) {
    const result = run(condition, bindings);
    if ('failure' in result) failures.push(result.failure);
    else if (result.value === false) return false;
  }
  if (failures.length === 0) return true;
  // The words of apimachinery's aggregate, which tells equal errors once.
  const told = [...new Set(failures)];
  return told.length === 1 ? (told[0] ?? '') : `[${told.join(', ')}]`;
}

function run({ expression, run: program }: Program, bindings: Bindings): { value: unknown } | { failure: string } {
  try {
    return { value: program(bindings) };
  } catch (error) {
    return { failure: `expression '${expression}' resulted in error: ${evaluationWords(error)}` };
  }
}

function messageOf({ rule, message }: CompiledPolicy['validations'][number], bindings: Bindings): string {
  const given = message === undefined ? '' : expressedMessage(message, bindings);
  return given || (rule.message ?? '').trim() || `failed expression: ${(rule.expression ?? '').trim()}`;
}

/** '' for what is no text of one line, and when the expression fails: the fixed message is used then. */
function expressedMessage(message: Program, bindings: Bindings): string {
  const result = run(message, bindings);
  const text = 'value' in result && typeof result.value === 'string' ? result.value.trim() : '';
  return text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? '' : text;
}

/** There is no audit log for the value; but one that cannot be had refuses the write, as on a cluster. */
function annotationFailure(
  annotation: Program,
  bindings: Bindings,
  onFailure: (message: string) => Objection[],
): Objection[] {
  const result = run(annotation, bindings);
  if (!('failure' in result)) return [];
  return onFailure(result.failure).map((objection) => ({ ...objection, isAbsolute: true }));
}
