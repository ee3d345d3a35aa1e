import { describe, expect, it } from 'vitest';
import { noAgent, podNotScheduled } from './hindrances.ts';

const pod = (conditions: object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { containers: [] },
  status: { conditions: conditions as [] },
});

describe('a pod that is on no node', () => {
  it('is told with the words of the scheduler', () => {
    const message = '0/2 nodes are available: 2 Insufficient cpu.';
    const hindrance = podNotScheduled(
      pod([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]),
    );
    expect(hindrance).toMatchObject({
      reason: 'PodNotScheduled',
      message: expect.stringContaining(`Unschedulable: ${message}`),
    });
  });

  it('that no scheduler looked at says so', () => {
    expect(podNotScheduled(pod([])).message).toContain('does kube-scheduler run?');
  });
});

describe('a node without an agent', () => {
  it('is told with what keeps the agent away and where to look', () => {
    const { message } = noAgent(
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node7' },
        spec: {
          taints: [
            { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
            { key: 'soft', effect: 'PreferNoSchedule' },
          ],
        },
        status: {
          conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped' }],
        },
      },
      'nannyapi',
    );
    expect(message).toContain('gpu=yes:NoSchedule');
    expect(message).not.toContain('soft');
    expect(message).toContain('NodeStatusUnknown');
    expect(message).toContain('kubectl get pods -n nannyapi');
  });
});
