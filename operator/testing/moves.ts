import type { Line } from './scripted-diagnostician.ts';

/** A line of the context that {@link contextOnly} brings, fit to prove a verdict. */
export const CPU_LINE = 'process pid=4242 comm=burner user=www cpu=99.8% of one core';

/** A `diagnose` move of a model that counts tokens. */
export function diagnose(hypothesis: string, ...actions: object[]): Line {
  return () => ({
    move: { kind: 'diagnose', hypothesis, actions },
    inferenceID: 'inference-1',
    usage: { inputTokens: 100, outputTokens: 10 },
  });
}

/** A `run` action. */
export function run(...argv: string[]): object {
  return { tool: 'run', argv };
}

/** A verdict that blames process burner, or something else, and quotes the evidence given. */
export function blame(
  quote: { id: string; quote: string } = { id: 's0-cpu', quote: CPU_LINE },
  component = 'process burner (pid 4242)',
): Line {
  return () => ({
    move: {
      kind: 'resolve',
      verdict: 'RootCauseFound',
      rootCause: {
        component,
        mechanism: 'CPUSaturation',
        statement: 'burner eats a whole core',
      },
      evidence: [quote],
      ruledOut: [],
      plan: '1. Stop burner.',
      confidence: 'High',
    },
    usage: { inputTokens: 200, outputTokens: 20 },
  });
}
