import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashUserCode, newUserCode, readUserCode } from './user-code.ts';

const KEY = Buffer.alloc(32, 7);

describe('a user code', () => {
  it('is eight letters of a base-20 alphabet, all of which come up', () => {
    const codes = Array.from({ length: 500 }, newUserCode);
    for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(20);
    expect(new Set(codes).size).toBe(500);
  });

  it.each(['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'WDJB–MJHT', 'w.d.j.b/m_j_h_t', 'WDJB\tMJHT\n'])(
    'is read however it is typed: %j',
    (typed) => expect(readUserCode(typed)).toBe('WDJB-MJHT'),
  );

  it.each(['', 'WDJB-MJH', 'WDJB-MJHTT', 'WDJB-MJHA', 'WDJB-MJH1', 'ÄDJB-MJHT', 'W'.repeat(65)])(
    'is not read from %j',
    (typed) => expect(readUserCode(typed)).toBeUndefined(),
  );

  it('is read from no text but one of eight of its letters', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 70 }), (typed) => {
        expect(readUserCode(typed) ?? 'BBBB-BBBB').toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
      }),
    );
  });

  it('is stored under a key: another key gives another hash and another label', () => {
    const { hash, label } = hashUserCode('WDJB-MJHT', KEY);
    expect(hash).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
    expect(hash.slice('hmac-sha256:'.length)).toMatch(new RegExp(`^${label}`));
    expect(label).toHaveLength(32);
    expect(hashUserCode('WDJB-MJHT', Buffer.alloc(32, 8)).label).not.toBe(label);
  });
});
