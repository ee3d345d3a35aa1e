import { describe, expect, it } from 'vitest';
import { addLines, elapsedText, linesOf, type RunLine } from '../../../assets/run-lines.js';
import type { RunEvent } from '../../investigations/run-event.ts';

const started = { step: 1, actionID: 'a1', evidenceID: 's1-a1', source: 'df', time: '2026-11-25T03:00:00Z' };

describe('the lines of a run', () => {
  it('say in one place how a command began and how it ended, at the time of its start', () => {
    const lines = new Map<string, RunLine>();
    addLines(lines, { type: 'action-started', id: 'x', data: started });
    expect([...lines.values()]).toMatchObject([{ label: 'run', text: 'df', isCode: true, time: started.time }]);
    const ended = { ...started, time: '2026-11-25T03:00:09Z', outcome: 'TimedOut' as const, message: 'after 9 s' };
    addLines(lines, { type: 'action-ended', id: 'y', data: ended });
    expect([...lines.values()]).toMatchObject([{ outcome: 'TimedOut: after 9 s', tone: 'bad', time: started.time }]);
  });

  it('are none for an event of a newer facade', () => {
    expect(linesOf({ type: 'rebooted', id: 'r', data: {} } as unknown as RunEvent)).toEqual([]);
  });

  it.each([
    [{ succeeded: true, reason: 'NoFaultFound', message: '' }, 'No fault found'],
    [{ succeeded: true, reason: 'Later', message: '' }, 'Later'],
    [{ succeeded: false, reason: 'Cancelled', message: '' }, 'No verdict: Cancelled'],
  ])('tell the verdict of %j', (data, text) => {
    expect(linesOf({ type: 'verdict', id: 'verdict', data })).toMatchObject([{ text }]);
  });

  it.each([
    [-1, '0.0 s'],
    [2.04, '2.0 s'],
    [119.96, '120.0 s'],
    [125, '2 min 5 s'],
  ])('tell %s seconds as %j', (seconds, text) => {
    expect(elapsedText(seconds)).toBe(text);
  });
});
