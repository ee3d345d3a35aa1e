import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AgentTaskStatusResult, Evidence } from '@nannyapi/crds';
import { EvidenceResource } from '@nannyapi/crds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { task } from '../../testing/run-fixture.ts';
import { TestWorld } from '../../testing/test-world.ts';
import { EvidenceReader } from './evidence-reader.ts';
import { RunEvidence } from './run-evidence.ts';

let world: TestWorld;
const call = { signal: new AbortController().signal };

beforeEach(async () => {
  world = await TestWorld.start();
});

afterEach(() => world.close());

const client = () => world.server.client.resource<Evidence>(EvidenceResource);

async function store(name: string, raw: Buffer, spec: Partial<Evidence['spec']> = {}): Promise<void> {
  await client().create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Evidence',
    metadata: { name, namespace: 'default' },
    spec: {
      taskRef: { name: 'slow-0123abcd-1' },
      actionID: 'a1',
      stream: 'Stdout',
      chunk: 0,
      encoding: 'Gzip',
      data: gzipSync(raw).toString('base64'),
      rawBytes: raw.length,
      digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      ...spec,
    },
  });
}

const result = (evidence: string[], preview = 'the head'): AgentTaskStatusResult => ({
  actionID: 'a1',
  source: 'ps',
  outcome: 'Succeeded',
  preview,
  evidence,
});

describe('stored output', () => {
  it('is the preview when that is whole', async () => {
    const reader = new EvidenceReader({ client: client() });
    expect(await reader.read(task(1), result([], 'all of it'), call)).toBe('all of it');
  });

  it('is put together from its pieces, also within a character, without standard error', async () => {
    const raw = Buffer.from('abc€def');
    await store('one', raw.subarray(0, 4));
    await store('err', Buffer.from('noise'), { stream: 'Stderr' });
    await store('two', raw.subarray(4));
    const reader = new EvidenceReader({ client: client() });
    expect(await reader.read(task(1), result(['one', 'err', 'two']), call)).toBe('abc€def');
  });

  it('is read once and then remembered', async () => {
    await store('one', Buffer.from('kept'));
    const reader = new EvidenceReader({ client: client() });
    const first = task(1);
    expect(await reader.read(first, result(['one']), call)).toBe('kept');
    await client().delete({ namespace: 'default', name: 'one' });
    expect(await reader.read(first, result(['one']), call)).toBe('kept');
  });

  it.each([
    ['has another digest', { digest: `sha256:${'0'.repeat(64)}` }],
    ['is longer than it says, as a bomb would be', { rawBytes: 3 }],
    ['is no gzip', { data: Buffer.from('plain').toString('base64') }],
  ])('that %s is not believed', async (_, spec) => {
    await store('one', Buffer.from('x'.repeat(10_000)), spec);
    const reader = new EvidenceReader({ client: client() });
    await expect(reader.read(task(1), result(['one']), call)).rejects.toMatchObject({ code: 'EvidenceCorrupt' });
  });

  it('that is lost leaves the head and says so', async () => {
    const step = { index: 1, task: task(1, { outcome: 'Succeeded', results: [result(['gone'])] }) };
    const evidence = new RunEvidence([step], new EvidenceReader({ client: client() }));
    expect(await evidence.text('s1-a1', call)).toEqual({
      stdout: 'the head',
      stderr: '',
      fault: 'only the head is left, the stored output cannot be read (NotFound)',
    });
  });

  it('cannot be read in a circle', async () => {
    const looking = task(1, { outcome: 'Succeeded' }, { actions: [{ id: 'a1', read: { evidenceID: 's1-a1' } }] });
    const evidence = new RunEvidence([{ index: 1, task: looking }], new EvidenceReader({ client: client() }));
    expect(await evidence.text('s1-a1', call)).toMatchObject({ stdout: '', fault: expect.stringContaining('older') });
  });
});
