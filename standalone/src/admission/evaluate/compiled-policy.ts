import { parseForRun } from '../../schema/cel/compile-rules.ts';
import type { AdmissionEnvironment } from '../cel/admission-environment.ts';
import type { Policy, PolicySpec, PolicyValidation } from '../kind/policy-types.ts';

/** An expression ready to run, with its text, which messages quote. */
export interface Program {
  expression: string;
  run: (bindings: Record<string, unknown>) => unknown;
}

/** A policy ready to run. */
export interface CompiledPolicy {
  name: string;
  spec: PolicySpec;
  conditions: readonly Program[];
  variables: readonly (Program & { name: string })[];
  validations: readonly (Program & { rule: PolicyValidation; message: Program | undefined })[];
  annotations: readonly Program[];
}

/**
 * Compiles a stored policy. Its expressions were found good when it was written, perhaps by another version: one that this
 * version does not understand fails whenever it runs.
 */
export function compilePolicy(environment: AdmissionEnvironment, { metadata, spec }: Policy): CompiledPolicy {
  const program = (expression = ''): Program => ({ expression, run: runnable(environment, expression) });
  const { matchConditions = [], variables = [], validations = [], auditAnnotations = [] } = spec;
  return {
    name: metadata.name ?? '',
    spec,
    conditions: matchConditions.map(({ expression }) => program(expression)),
    variables: variables.map(({ name = '', expression }) => ({ name, ...program(expression) })),
    validations: validations.map((rule) => ({
      rule,
      ...program(rule.expression),
      message: (rule.messageExpression ?? '') === '' ? undefined : program(rule.messageExpression ?? ''),
    })),
    annotations: auditAnnotations.map(({ valueExpression }) => program(valueExpression)),
  };
}

function runnable(environment: AdmissionEnvironment, expression: string): Program['run'] {
  try {
    return parseForRun(environment.runtime, expression);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
