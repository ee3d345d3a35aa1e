import { describe, expect, it } from 'vitest';
import { checkAction } from './check-action.ts';
import { checkToolCall } from './tool-call.ts';

describe('checkToolCall', () => {
  it('accepts a value that was parsed already, as it accepts its text', () => {
    const call = { tool: 'run', argv: ['ss', '-s'] };
    expect(checkToolCall(call)).toEqual(checkToolCall(JSON.stringify(call)));
    expect(checkToolCall(call)).toMatchObject({ verdict: 'accept', argv: ['ss', '-s'] });
  });

  it('takes a move by the name that the operator gives its kind', () => {
    const actions = [{ tool: 'run', argv: ['uptime'] }];
    expect(checkToolCall({ kind: 'diagnose', hypothesis: 'x', actions }).verdict).toBe('accept');
    expect(checkToolCall({ kind: 'diagnose', move: 'resolve', hypothesis: 'x', actions }).verdict).toBe('refuse');
    expect(checkToolCall({ kind: 'patch', hypothesis: 'x', actions }).verdict).toBe('refuse');
  });

  it('names the unknown field, wherever it stands', () => {
    const move = { move: 'diagnose', hypothesis: 'x', actions: [{ tool: 'run', argv: ['uptime'], approved: true }] };
    const verdict = checkToolCall(move);
    expect(verdict).toMatchObject({ rule: 'call-unknown-field' });
    expect('message' in verdict ? verdict.message : '').toMatch(/approved.*actions\[0\]/);
  });

  it('refuses a key that is repeated, also when one is spelled with an escape', () => {
    expect(checkToolCall('{"tool":"run","argv":["uptime"],"\\u0061rgv":["reboot"]}')).toMatchObject({
      rule: 'call-json',
    });
  });

  it('wants proof for a root cause', () => {
    const rootCause = { component: 'sda', mechanism: 'DiskSaturation', statement: 'busy' };
    expect(checkToolCall({ move: 'resolve', verdict: 'RootCauseFound', rootCause, evidence: [] })).toMatchObject({
      rule: 'verdict-grounding',
    });
    expect(
      checkToolCall({
        move: 'resolve',
        verdict: 'RootCauseFound',
        rootCause,
        evidence: [{ id: 's0-io', quote: 'util 99' }],
      }).verdict,
    ).toBe('accept');
  });
});

describe('checkAction', () => {
  it('takes the form of a task as well as that of the model', () => {
    expect(checkAction({ id: 'a1', run: { argv: ['uptime'] } })).toMatchObject({ tool: 'run' });
    expect(checkAction({ tool: 'trace', program: 'profile:hz:9 { @ = count(); }', durationSeconds: 3 })).toMatchObject({
      tool: 'trace',
    });
    expect(checkAction({ id: 'a1', read: { evidenceID: 's0-cpu', offsetBytes: 5 } })).toEqual({ verdict: 'accept' });
  });

  it('refuses two tools in one action', () => {
    expect(checkAction({ run: { argv: ['uptime'] }, read: { evidenceID: 's0-cpu' } })).toMatchObject({
      rule: 'call-shape',
    });
  });
});
