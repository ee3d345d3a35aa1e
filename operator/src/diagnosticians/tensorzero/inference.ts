import type { DiagnosisReply } from '../diagnostician.ts';

/**
 * Reads the answer of `POST /inference` for a json function.
 *
 * `output.parsed` is null for whatever failed the schema, still with status 200 (TensorZero, "JSON functions"); then the raw
 * text becomes the move, which no text ever is, so that the model is told what was wrong with it.
 *
 * @returns `undefined` for what is no such answer.
 */
export function readInference(answer: unknown): DiagnosisReply | undefined {
  if (!isObject(answer) || !isObject(answer.output) || typeof answer.inference_id !== 'string') return undefined;
  const { parsed, raw } = answer.output;
  const usage = isObject(answer.usage) ? answer.usage : {};
  return {
    move: parsed ?? (typeof raw === 'string' ? raw : ''),
    inferenceID: answer.inference_id,
    usage: { inputTokens: tokens(usage.input_tokens), outputTokens: tokens(usage.output_tokens) },
  };
}

/** Providers that do not count are told as 0. */
function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, 2_147_483_647) : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
