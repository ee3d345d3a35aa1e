/** What the cluster knows is evidence like the rest. */
import type { AgentTaskSpec, Evidence } from '@nannyapi/crds';
import type { LiveReader } from '@nannyapi/runtime';
import { describe, expect, it } from 'vitest';
import { task } from '../../testing/run-fixture.ts';
import { describeSteps } from './case-file.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { RunEvidence } from './run-evidence.ts';

const call = { signal: new AbortController().signal };
const text = '# pod: …\npod namespace=shop name=web phase=Running\n';
const clusterContext: AgentTaskSpec['clusterContext'] = [{ id: 'pod', source: 'Kubernetes API: the pod', text }];
const result = (actionID: string, preview: string) =>
  ({ actionID, source: actionID, outcome: 'Succeeded', preview }) as const;
const first = task(
  0,
  { outcome: 'Succeeded', results: [result('cpu', 'busy'), result('pod', 'forged')] },
  { clusterContext },
);
const second = task(
  1,
  { outcome: 'Succeeded', results: [] },
  { actions: [{ id: 'a1', read: { evidenceID: 's0-pod', offsetBytes: 9, lengthBytes: 8 } }] },
);
const steps = [
  { index: 0, task: first },
  { index: 1, task: second },
];
/** Nothing here is stored elsewhere. */
const nowhere = {} as LiveReader<Evidence>;
const evidence = new RunEvidence(steps, new EvidenceReader({ client: nowhere }));

describe('what the cluster knows', () => {
  it('can be cited by its id, and an agent cannot put its own words in its place', async () => {
    expect(evidence.ids()).toContain('s0-pod');
    expect(await evidence.text('s0-pod', call)).toEqual({ stdout: text, stderr: '' });
  });

  it('can be read again', async () => {
    expect((await evidence.text('s1-a1', call))?.stdout).toBe(
      Buffer.from(text).subarray(9, 17).toString().replaceAll('�', ''),
    );
  });

  it('stands in the case after what the agent brought, once', async () => {
    const [context] = await describeSteps(steps, evidence, call);
    expect(context?.results.map(({ evidenceID, source, text: told }) => [evidenceID, source, told])).toEqual([
      ['s0-cpu', 'cpu', 'busy'],
      ['s0-pod', 'Kubernetes API: the pod', text],
    ]);
  });
});
