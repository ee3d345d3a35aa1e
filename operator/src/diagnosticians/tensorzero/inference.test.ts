import { expect, it } from 'vitest';
import { readInference } from './inference.ts';

const answer = (output: object, usage: object = { input_tokens: 10, output_tokens: 2 }) => ({
  inference_id: '0195512a-5800-7000-8000-000000000000',
  episode_id: '0195512a-5800-7000-8000-000000000001',
  variant_name: 'strict',
  output,
  usage,
});

it('takes what fits the schema as the move', () => {
  expect(readInference(answer({ raw: '{"kind":"diagnose"}', parsed: { kind: 'diagnose' } }))).toEqual({
    move: { kind: 'diagnose' },
    inferenceID: '0195512a-5800-7000-8000-000000000000',
    usage: { inputTokens: 10, outputTokens: 2 },
  });
});

it.each([
  ['off the schema, as its text', { raw: '{"kind":"x"}', parsed: null }, '{"kind":"x"}'],
  ['empty, as an empty text', { raw: null, parsed: null }, ''],
])('takes a reply that is %s', (_, output, move) => expect(readInference(answer(output))?.move).toBe(move));

it('counts nothing where the provider counted nothing', () => {
  const reply = readInference(answer({ raw: '', parsed: null }, { input_tokens: null, output_tokens: null }));
  expect(reply?.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
});

it.each([[null], [[]], [{}], [{ output: { raw: '' } }], [{ inference_id: 'x', content: [] }]])(
  'knows %j for no inference',
  (body) => {
    expect(readInference(body)).toBeUndefined();
  },
);
