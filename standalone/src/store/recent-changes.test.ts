import { describe, expect, it } from 'vitest';
import { RecentChanges } from './recent-changes.ts';
import type { Change } from './stored-object.ts';

function change(revision: number, resource = 'configmaps', text = 'x'): Change {
  const facts = { namespace: 'default', name: `n${revision}`, uid: `u${revision}`, labels: {}, ownerUids: [] };
  return {
    type: 'ADDED',
    object: { ...facts, resource, revision, isDeleting: false, text },
    text,
    previous: undefined,
  };
}

const revisions = (changes: Change[] | undefined): number[] | undefined =>
  changes?.map(({ object }) => object.revision);

describe('RecentChanges', () => {
  it('gives the changes of one resource after a revision, no more than asked for', () => {
    const recent = new RecentChanges(10);
    for (const [revision, resource] of [
      [11, 'a'],
      [12, 'b'],
      [13, 'a'],
      [15, 'a'],
    ] as const) {
      recent.add(change(revision, resource));
    }
    expect(revisions(recent.after('a', 10, 10))).toEqual([11, 13, 15]);
    expect(revisions(recent.after('a', 11, 1))).toEqual([13]);
    expect(revisions(recent.after('a', 14, 10))).toEqual([15]);
    expect(revisions(recent.after('b', 12, 10))).toEqual([]);
    expect(revisions(recent.after('a', 15, 10))).toEqual([]);
  });

  it('says that it does not know what was before it, and nothing less', () => {
    const recent = new RecentChanges(10);
    expect(recent.after('a', 9, 10)).toBeUndefined();
    expect(recent.after('a', 10, 10)).toEqual([]);
  });

  it('forgets the oldest when there are too many, and never gives a list with a gap', () => {
    const recent = new RecentChanges(0);
    for (let revision = 1; revision <= 20_000; revision += 1) recent.add(change(revision));
    expect(recent.after('configmaps', 15_000, 10)).toBeUndefined();
    expect(revisions(recent.after('configmaps', 20_000 - 4096, 2))).toEqual([15_905, 15_906]);
    expect(recent.after('configmaps', 20_000 - 4097, 2)).toBeUndefined();
  });

  it('forgets the oldest when they are too large together', () => {
    const recent = new RecentChanges(0);
    for (let revision = 1; revision <= 9; revision += 1)
      recent.add(change(revision, 'configmaps', 'x'.repeat(1 << 20)));
    expect(recent.after('configmaps', 4, 10)).toBeUndefined();
    expect(revisions(recent.after('configmaps', 5, 10))).toEqual([6, 7, 8, 9]);
  });
});
