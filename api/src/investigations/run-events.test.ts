import type { AgentTask, Investigation } from '@nannyapi/crds';
import { describe, expect, it } from 'vitest';
import { deriveRunEvents, stepOf, verdictEvent } from './run-events.ts';

const META = { name: 'run', namespace: 'default', uid: 'u1' };

function investigation(
  conditions: [type: string, status: 'True' | 'False' | 'Unknown', reason: string][],
): Investigation {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: META,
    spec: { prompt: 'Why is this machine slow?', agentRef: { name: 'host' } },
    status: {
      conditions: conditions.map(([type, status, reason]) => ({
        type,
        status,
        reason,
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })),
    },
  };
}

function task(step: string, outcome?: 'Succeeded'): AgentTask {
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'AgentTask',
    metadata: { name: `run-${step}`, uid: `t${step}`, labels: { 'nannyai.dev/step': step } },
    spec: { agentRef: { name: 'host' }, type: 'Diagnose', policyHash: '', timeoutSeconds: 1 },
    ...(outcome ? { status: { outcome } } : {}),
  };
}

const idsOf = (of: Investigation, tasks: AgentTask[] = []) =>
  deriveRunEvents({ investigation: of, tasks, progressOf: () => [] }).map((event) => event.id);

describe('events of a run', () => {
  it('hold steps back until it is told that the run was accepted', () => {
    expect(idsOf(investigation([]), [task('0')])).toEqual([]);
    expect(idsOf(investigation([['Accepted', 'True', 'Accepted']]), [task('0')])).toEqual(['accepted', 'step/0']);
  });

  it('are told of a run that ended without having been accepted', () => {
    const restored = investigation([['Succeeded', 'False', 'Restored']]);
    expect(idsOf(restored, [task('0')])).toEqual(['step/0']);
    expect(verdictEvent(restored)).toMatchObject({ data: { succeeded: false, reason: 'Restored' } });
  });

  it('follow the numbers of the steps, whatever the order of the tasks', () => {
    const accepted = investigation([['Accepted', 'True', 'Accepted']]);
    expect(idsOf(accepted, [task('10'), task('2', 'Succeeded'), task('x')])).toEqual([
      'accepted',
      'step/2',
      'step/2/ended',
      'step/10',
    ]);
    expect(stepOf(task('x'))).toBeUndefined();
  });

  it('have no verdict while the run goes on', () => {
    expect(verdictEvent(investigation([['Succeeded', 'Unknown', 'InProgress']]))).toBeUndefined();
    expect(verdictEvent(investigation([]))).toBeUndefined();
  });

  it('say again what is waited for when the reason changes', () => {
    const waiting = (reason: string) =>
      investigation([
        ['Accepted', 'True', 'Accepted'],
        ['AgentReady', 'False', reason],
      ]);
    expect(idsOf(waiting('NeverConnected'))).toEqual(['accepted', 'waiting/AgentReady/NeverConnected']);
    expect(idsOf(waiting('AgentSilent'))).toEqual(['accepted', 'waiting/AgentReady/AgentSilent']);
  });
});
