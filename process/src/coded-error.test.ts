import { describe, expect, it } from 'vitest';
import { CodedError, errorCode, errorMessage } from './coded-error.ts';

describe('CodedError', () => {
  it('carries code, status, details and cause', () => {
    const cause = new Error('disk');
    const error = new CodedError({ code: 'Full', message: 'No room', details: [{ message: 'x' }], cause });
    expect(error).toMatchObject({ code: 'Full', status: 500, message: 'No room', details: [{ message: 'x' }], cause });
    expect(error).toBeInstanceOf(Error);
  });

  it('gives its code, where a system error gives none', () => {
    expect(errorCode(new CodedError({ code: 'Full', message: 'No room' }))).toBe('Full');
    expect(errorCode(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBeUndefined();
    expect(errorMessage('plain')).toBe('plain');
  });
});
