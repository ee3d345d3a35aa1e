import { describe, expect, it } from 'vitest';
import { compacted, describeRule, uncovered } from './covers.ts';

const READ = { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods', 'pods/log'] };

describe('uncovered', () => {
  it('finds nothing where every single thing is covered, by whichever rule', () => {
    const owned = [
      { verbs: ['get'], apiGroups: ['', 'apps'], resources: ['*'] },
      { verbs: ['list'], apiGroups: ['*'], resources: ['pods', '*/log'] },
    ];
    expect(uncovered(owned, [READ])).toEqual([]);
  });

  it('does not put rules together that say less by themselves', () => {
    const owned = [
      { verbs: ['*'], apiGroups: [''], resources: ['things'] },
      { verbs: ['get'], apiGroups: [''], resources: ['*'] },
    ];
    expect(uncovered(owned, [{ verbs: ['*'], apiGroups: [''], resources: ['pods'] }])).toHaveLength(1);
  });

  it('takes rights on some names for none on all', () => {
    const named = { ...READ, resourceNames: ['a', 'b'] };
    expect(uncovered([READ], [named])).toEqual([]);
    expect(uncovered([named], [READ])).toHaveLength(8);
    expect(uncovered([{ ...READ, resourceNames: ['a'] }], [named])).toHaveLength(8);
  });

  it('covers paths by stars at their end', () => {
    const owned = [{ verbs: ['get'], nonResourceURLs: ['/a/*', '/b'] }];
    const wanted = { verbs: ['get'], nonResourceURLs: ['/a/x', '/a/*', '/b', '/b/*', '*'] };
    expect(uncovered(owned, [wanted]).map(({ nonResourceURLs }) => nonResourceURLs?.[0])).toEqual(['/b/*', '*']);
  });
});

describe('compacted', () => {
  it('puts verbs of one resource together, and nothing else', () => {
    const missing = uncovered([], [READ, { ...READ, resourceNames: ['x'] }]);
    expect(compacted(missing).map(describeRule)).toContain(
      '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    );
    expect(compacted(missing)).toHaveLength(8);
    const paths = [
      { verbs: ['get'], nonResourceURLs: ['/a'] },
      { verbs: ['post'], nonResourceURLs: ['/a'] },
    ];
    expect(compacted(paths)).toEqual(paths);
  });
});
