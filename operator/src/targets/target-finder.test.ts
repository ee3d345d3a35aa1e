import type { Agent, Investigation } from '@nannyapi/crds';
import type { CachedReader } from '@nannyapi/runtime';
import { describe, expect, it } from 'vitest';
import { investigationWith, task } from '../../testing/run-fixture.ts';
import { stepsOf } from '../controllers/investigation/run.ts';
import { TargetFinder } from './target-finder.ts';
import type { TargetLookup } from './target-lookup.ts';

/** No agents, and an API server that must not be asked. */
const finder = new TargetFinder({
  agents: { get: () => undefined, list: () => [], byIndex: () => [] } satisfies CachedReader<Agent>,
  lookup: {
    pod: () => Promise.reject(new Error('asked for a pod')),
    node: () => Promise.reject(new Error('asked for a node')),
  } as unknown as TargetLookup,
  ownNamespace: 'nannyapi',
});
const call = { signal: new AbortController().signal };
const aboutPod = (status: Investigation['status'] = {}): Investigation => {
  const investigation = investigationWith({ podRef: { name: 'shop' } }, status);
  delete investigation.spec.agentRef;
  return investigation;
};
const asked = task(0, {}, { agentRef: { name: 'node1', namespace: 'nannyapi' } });

describe('a run that has begun', () => {
  it('keeps the target that stands in its status, and looks nothing up', async () => {
    const target = {
      subject: 'pod/shop',
      agentNamespace: 'nannyapi',
      agentName: 'node1',
      nodeName: 'node1',
      podUID: 'u',
    };
    const found = await finder.find(aboutPod({ target }), stepsOf([asked]), call);
    expect(found).toEqual({
      subject: 'pod/shop',
      agent: { namespace: 'nannyapi', name: 'node1' },
      nodeName: 'node1',
      podUID: 'u',
    });
  });

  it('reads its agent from its tasks when an operator of an older version dropped the target', async () => {
    const found = await finder.find(aboutPod({}), stepsOf([asked]), call);
    expect(found).toEqual({ subject: 'pod/shop', agent: { namespace: 'nannyapi', name: 'node1' } });
  });

  it('takes a task of an older operator, which names no namespace, as one for an agent beside it', async () => {
    const found = await finder.find(aboutPod({}), stepsOf([task(0)]), call);
    expect(found.agent).toEqual({ namespace: 'default', name: 'web-1' });
  });

  it('keeps its target when somebody deleted its tasks', async () => {
    const target = { subject: 'pod/shop', agentNamespace: 'nannyapi', agentName: 'node1' };
    const steps = [{ index: 0, taskRef: { name: 'x-0' } }];
    const found = await finder.find(aboutPod({ target, steps }), [], call);
    expect(found.agent?.name).toBe('node1');
  });
});
