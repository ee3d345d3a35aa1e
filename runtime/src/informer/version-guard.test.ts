import { describe, expect, it } from 'vitest';
import { widget } from '../../testing/widget.ts';
import { VersionGuard } from './version-guard.ts';

const KEY = 'default/a';
const at = (version: string) => widget('a', version);

describe('VersionGuard', () => {
  it('takes for old what is not newer than the stored state', () => {
    const guard = new VersionGuard();
    expect(guard.isOld(KEY, at('9'), at('10'))).toBe(true);
    expect(guard.isOld(KEY, at('10'), at('10'))).toBe(true);
    expect(guard.isOld(KEY, at('11'), at('10'))).toBe(false);
    expect(guard.isOld(KEY, at('11'), undefined)).toBe(false);
  });

  it('takes for old what came before a deletion, until nothing so old can come', () => {
    const guard = new VersionGuard();
    guard.deleted(KEY, at('10'));
    expect(guard.isOld(KEY, at('9'), undefined)).toBe(true);
    expect(guard.isOld(KEY, at('11'), undefined)).toBe(false);
    guard.settle('9');
    expect(guard.isOld(KEY, at('9'), undefined)).toBe(true);
    guard.settle('10');
    expect(guard.isOld(KEY, at('9'), undefined)).toBe(false);
  });

  it('remembers the latest deletion when an earlier one is sent again', () => {
    const guard = new VersionGuard();
    guard.deleted(KEY, at('20'));
    guard.deleted(KEY, at('10'));
    expect(guard.isOld(KEY, at('15'), undefined)).toBe(true);
  });

  it('forgets a deletion when the object is there again', () => {
    const guard = new VersionGuard();
    guard.deleted(KEY, at('20'));
    guard.alive(KEY);
    expect(guard.isOld(KEY, at('15'), undefined)).toBe(false);
  });

  it('takes a deletion for old only when the object is newer', () => {
    const guard = new VersionGuard();
    expect(guard.isOldDeletion(at('10'), at('11'))).toBe(true);
    expect(guard.isOldDeletion(at('10'), at('10'))).toBe(false);
    expect(guard.isOldDeletion(at('x'), at('10'))).toBe(false);
  });
});
