import { describe, expect, it } from 'vitest';
import { SharedRun } from './shared-run.ts';

function harness() {
  const told: string[] = [];
  const run = new SharedRun(async (signal) => {
    told.push('begins');
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await Promise.resolve();
    told.push('ends');
  });
  return { told, run };
}

describe('SharedRun', () => {
  it('begins with the first user and ends with the last', async () => {
    const { told, run } = harness();
    const [first, second] = [new AbortController(), new AbortController()];
    const joined = [run.join(first.signal), run.join(second.signal)];
    first.abort();
    await joined[0];
    expect(told).toEqual(['begins']);
    second.abort();
    await joined[1];
    expect(told).toEqual(['begins', 'ends']);
  });

  it('begins again after it ended', async () => {
    const { told, run } = harness();
    for (let round = 0; round < 2; round++) {
      const stop = new AbortController();
      const joined = run.join(stop.signal);
      stop.abort();
      await joined;
    }
    expect(told).toEqual(['begins', 'ends', 'begins', 'ends']);
  });

  it('ends for a user who comes with an aborted signal', async () => {
    const { told, run } = harness();
    await run.join(AbortSignal.abort());
    expect(told).toEqual(['begins', 'ends']);
  });
});
