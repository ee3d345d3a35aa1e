import { describe, expect, it } from 'vitest';
import { terminatingConditions, type Remainder } from './terminating-conditions.ts';

const NOW = new Date('2026-01-01T00:00:00.500Z');

function told(remaining: Remainder[]): string[] {
  return terminatingConditions(remaining, [], NOW)
    .slice(3)
    .map(({ status, reason, message }) => `${status} ${reason}: ${message}`);
}

describe('the conditions of a namespace that empties', () => {
  it('count what is left by kind, and what holds it by finalizer, in order of their names', () => {
    const widget = { plural: 'widgets', group: 'example.com' };
    const map = { plural: 'configmaps', group: '' };
    expect(
      told([
        { ...widget, finalizers: ['z/z', 'a/a'] },
        { ...map, finalizers: [] },
        { ...widget, finalizers: ['z/z'] },
      ]),
    ).toEqual([
      'True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 2 resource instances',
      'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: a/a in 1 resource instances, z/z in 2 resource instances',
    ]);
  });

  it('say so when nothing is left', () => {
    expect(told([])).toEqual([
      'False ContentRemoved: All content successfully removed',
      'False ContentHasNoFinalizers: All content-preserving finalizers finished',
    ]);
  });

  it('keep the time of what did not change its status, in whole seconds', () => {
    const held = { plural: 'secrets', group: '', finalizers: ['a/a'] };
    const first = terminatingConditions([held], [], NOW);
    const later = terminatingConditions([{ ...held, finalizers: [] }], first, new Date('2026-01-01T00:01:00Z'));
    expect(later.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      ...Array.from({ length: 4 }, () => '2026-01-01T00:00:00Z'),
      '2026-01-01T00:01:00Z',
    ]);
  });
});
