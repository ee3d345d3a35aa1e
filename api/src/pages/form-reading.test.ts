import { describe, expect, it } from 'vitest';
import { ApiError } from '../http/api-error.ts';
import { faultsOf } from './form-reading.ts';

describe('a refusal', () => {
  it('is told at the fields that are shown, and as a sentence where they are not', () => {
    const details = [
      { field: 'prompt', message: 'is too short' },
      { field: 'limits.maxSteps', message: 'must be 1 to 50' },
    ];
    expect(faultsOf(new ApiError('ValidationFailed', 'Bad', { details }), ['prompt'])).toEqual({
      errors: { prompt: 'is too short' },
      problem: 'limits.maxSteps must be 1 to 50',
    });
    expect(faultsOf(new ApiError('ValidationFailed', 'Bad', { details: details.slice(0, 1) }), ['prompt'])).toEqual({
      errors: { prompt: 'is too short' },
      problem: undefined,
    });
  });

  it('of a right says whom to ask', () => {
    const { problem } = faultsOf(new ApiError('Forbidden', 'anna may not create agents in namespace x'), []);
    expect(problem).toBe('anna may not create agents in namespace x. Ask an admin of NannyAPI for this right.');
  });

  it('that no form can answer for is thrown on', () => {
    for (const error of [new ApiError('Unavailable', 'x'), new ApiError('TooManyRequests', 'x'), new Error('x')])
      expect(() => faultsOf(error, [])).toThrow(error);
  });
});
