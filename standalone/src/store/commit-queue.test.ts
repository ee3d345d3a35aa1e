import { systemClock } from '@nannyapi/process';
import { describe, expect, it } from 'vitest';
import { CommitQueue } from './commit-queue.ts';
import type { RevisionRow } from './worker-protocol.ts';

const DYING_WORKER = new URL('./fixtures/dying-worker.ts', import.meta.url);

function row(revision: number): RevisionRow {
  const key = { resource: 'configmaps', namespace: 'default', name: `n${revision}` };
  return { ...key, revision, change: 'ADDED', previousRevision: null, body: '{}' };
}

describe('a commit queue whose thread dies', () => {
  it('fails what waits and what comes later, says that only a restart helps, and closes at once', async () => {
    const { queue } = await CommitQueue.open({ databasePath: 'none' }, systemClock, DYING_WORKER);
    let lost = 0;
    queue.attach({ onCommitted: () => undefined, onLost: () => (lost += 1) });
    const refusal = {
      code: 'StorageFailed',
      status: 500,
      message: expect.stringContaining('Restart the control plane'),
    };
    const first = queue.submit(row(1));
    const settled = queue.settled();
    await expect(first).rejects.toMatchObject(refusal);
    await expect(settled).rejects.toMatchObject(refusal);
    await expect(queue.submit(row(2))).rejects.toMatchObject(refusal);
    await expect(queue.stopped).rejects.toMatchObject(refusal);
    expect(queue.failure).toMatchObject({
      problem: 'WriterStopped',
      message: expect.stringContaining('out of memory'),
    });
    expect(lost).toBe(1);
    await queue.close();
  });
});

describe('a commit queue whose disk failed to sync', () => {
  it('takes no write any more, since the next sync would tell nothing', async () => {
    const { queue } = await CommitQueue.open({ databasePath: 'failing sync' }, systemClock, DYING_WORKER);
    queue.attach({ onCommitted: () => undefined, onLost: () => undefined });
    const refusal = {
      code: 'StorageFailed',
      message: expect.stringMatching(/may be lost: .*restart the control plane/),
    };
    await expect(queue.submit(row(1))).rejects.toMatchObject(refusal);
    await expect(queue.submit(row(2))).rejects.toMatchObject(refusal);
    await expect(queue.stopped).rejects.toMatchObject(refusal);
    await queue.close();
  });
});
