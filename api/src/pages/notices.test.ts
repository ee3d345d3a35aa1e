import { describe, expect, it } from 'vitest';
import { noticeOf } from './notices.ts';

describe('a notice', () => {
  it('is one of ours, whatever the address says', () => {
    expect(noticeOf('deleted')?.text).toBe('It is deleted.');
    for (const other of ['Call 555-1234', '__proto__', 'constructor', '', undefined])
      expect(noticeOf(other)).toBeUndefined();
  });
});
