import type { Investigation } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { verdictText } from './verdict-text.ts';

const plain = (text: string): string => text;
const PAINT = { title: plain, good: plain, bad: plain, dim: plain };

function investigation(status: Investigation['status']): Investigation {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name: 'slow' },
    spec: { prompt: 'Why is this machine slow?', agentRef: { name: 'host' } },
    status: status!,
  };
}

describe('verdictText', () => {
  it('names cause, proof, rivals and plan', () => {
    const text = verdictText(
      investigation({
        diagnostician: 'playbook',
        startTime: '2026-01-01T00:00:00Z',
        completionTime: '2026-01-01T00:00:04Z',
        usage: { steps: 2, actions: 5 },
        resolution: {
          verdict: 'RootCauseFound',
          confidence: 'High',
          rootCause: { component: 'process yes (pid 7)', mechanism: 'CPUSaturation', statement: 'It spins.' },
          evidence: [{ id: 's0-cpu', quote: 'busy=99%' }],
          ruledOut: [
            {
              mechanism: 'MemoryPressure',
              statement: 'Memory is free.',
              evidence: [{ id: 's0-memory', quote: 'free=90%' }],
            },
          ],
          plan: '1. Stop it.',
        },
      }),
      PAINT,
    );
    expect(text).toBe(`ROOT CAUSE FOUND  (confidence High)
  component  process yes (pid 7)
  mechanism  CPUSaturation

  It spins.

Proof
  s0-cpu            busy=99%

Ruled out
  MemoryPressure: Memory is free.
    s0-memory         free=90%

What to do now
  1. Stop it.

2 steps, 5 commands and traces, 4.0 s, diagnosed by playbook
`);
  });

  it('says why there is no verdict', () => {
    const text = verdictText(
      investigation({
        conditions: [
          {
            type: 'Succeeded',
            status: 'False',
            reason: 'AgentLost',
            message: 'The agent fell silent.',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      }),
      PAINT,
    );
    expect(text).toContain('NO VERDICT: AgentLost\n  The agent fell silent.');
  });
});
