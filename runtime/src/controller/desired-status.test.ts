import { describe, expect, it } from 'vitest';
import { widget } from '../../testing/widget.ts';
import type { Condition } from '../conditions.ts';
import { statusAfterPass, statusPatch, statusWhenStalled, type StatusRules } from './desired-status.ts';
import { TerminalError } from './reconciler.ts';

const condition = (type: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status: 'True',
  reason: 'Because',
  message: 'So',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  ...more,
});
const mine: StatusRules = {
  scope: { conditions: ['Mine'], fields: ['size'] },
  stalled: 'MineStalled',
  observesGeneration: false,
};

describe('the status that one of several writers stores', () => {
  const theirs = condition('Theirs', { observedGeneration: 1 });
  const object = widget('a', '7', {
    metadata: { generation: 2 },
    status: { size: 1, color: 'red', observedGeneration: 1, conditions: [theirs, condition('Stalled')] } as never,
  });

  it('leaves fields and conditions of others as they are, also when it returns none of them', () => {
    expect(statusAfterPass(object, { size: 3, conditions: [condition('Mine')] }, mine)).toEqual({
      size: 3,
      color: 'red',
      observedGeneration: 1,
      conditions: [theirs, condition('Stalled'), condition('Mine', { observedGeneration: 2 })],
    });
  });

  it('does not write back an old copy of what others have changed meanwhile', () => {
    const stale = { size: 1, color: 'blue', conditions: [condition('Theirs', { status: 'False' })] };
    expect(statusAfterPass(object, stale, mine)).toMatchObject({ color: 'red', conditions: [theirs, {}] });
  });

  it('takes away its own that it no longer returns', () => {
    const held = widget('a', '7', { status: { size: 1, conditions: [condition('Mine'), theirs] } });
    expect(statusPatch(held, statusAfterPass(held, {}, mine))).toEqual({
      metadata: { resourceVersion: '7' },
      status: { size: null, conditions: [theirs] },
    });
  });

  it('reports what only a person can help under its own name, and takes back only that', () => {
    const now = new Date('2026-05-01T10:00:00Z');
    const error = new TerminalError({ code: 'Nonsense', message: 'No' });
    const stalled = statusWhenStalled(object, error, { now, stalled: 'MineStalled' });
    expect(stalled).toMatchObject({ conditions: [theirs, { type: 'Stalled' }, { type: 'MineStalled' }] });
    const healed = statusAfterPass({ ...object, status: stalled }, undefined, mine);
    expect(healed).toMatchObject({ conditions: [theirs, { type: 'Stalled' }] });
  });

  it('makes no list of conditions where there is none', () => {
    expect(statusAfterPass(widget('a', '7'), { size: 2 }, mine)).toEqual({ size: 2 });
  });
});
