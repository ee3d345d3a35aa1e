import { describe, expect, it } from 'vitest';
import { findCondition, setCondition, type Condition } from './conditions.ts';

const now = new Date('2026-05-01T10:00:00.789Z');
const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Up',
  message: 'It is up',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};
const other: Condition = { ...ready, type: 'Other' };

describe('setCondition', () => {
  it('adds a condition with the time in whole seconds', () => {
    const input = { type: 'Ready', status: 'False', reason: 'Down', message: 'It is down' } as const;
    expect(setCondition(undefined, input, now)).toEqual([{ ...input, lastTransitionTime: '2026-05-01T10:00:00Z' }]);
  });

  it('moves the transition time only when the status changes', () => {
    const told = setCondition([other, ready], { ...ready, message: 'Still up', observedGeneration: 2 }, now);
    expect(told).toEqual([other, { ...ready, message: 'Still up', observedGeneration: 2 }]);
    const turned = setCondition([ready, other], { ...ready, status: 'Unknown' }, now);
    expect(turned.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2026-05-01T10:00:00Z',
      '2026-01-01T00:00:00Z',
    ]);
  });

  it('leaves the given list as it was', () => {
    const conditions = Object.freeze([Object.freeze({ ...ready })]);
    setCondition(conditions, { ...ready, status: 'False' }, now);
    expect(findCondition(conditions, 'Ready')?.status).toBe('True');
    expect(findCondition(conditions, 'Missing')).toBeUndefined();
  });
});
