import { createLogger, FakeClock } from '@nannyapi/process';
import { describe, expect, it, vi } from 'vitest';
import { BackgroundWork } from './background-work.ts';

function make(): { work: BackgroundWork; clock: FakeClock } {
  const clock = new FakeClock();
  return {
    work: new BackgroundWork({ name: 'test', log: createLogger({ name: 'test', level: 'silent' }), clock }),
    clock,
  };
}

describe('BackgroundWork', () => {
  it('runs one pass of a key at a time, and once more when it was asked meanwhile', async () => {
    const { work } = make();
    const gate = Promise.withResolvers<void>();
    let passes = 0;
    const pass = async (): Promise<void> => {
      passes += 1;
      if (passes === 1) await gate.promise;
    };
    work.run('key', pass);
    await vi.waitFor(() => expect(passes).toBe(1));
    work.run('key', pass);
    work.run('key', pass);
    expect(passes).toBe(1);
    gate.resolve();
    await vi.waitFor(() => expect(passes).toBe(2));
    await work.close();
    expect(passes).toBe(2);
  });

  it('tries a failed pass again later', async () => {
    const { work, clock } = make();
    let passes = 0;
    work.run('key', async () => {
      passes += 1;
      if (passes === 1) throw new Error('disk full');
    });
    await vi.waitFor(() => expect(passes).toBe(1));
    await vi.waitFor(async () => {
      await clock.advance(5000);
      expect(passes).toBe(2);
    });
  });

  it('waits for a running pass when it closes, and starts no other', async () => {
    const { work } = make();
    const gate = Promise.withResolvers<void>();
    let isDone = false;
    work.run('key', async () => {
      await gate.promise;
      isDone = true;
    });
    const closed = work.close();
    work.run('other', async () => expect.unreachable());
    gate.resolve();
    await closed;
    expect(isDone).toBe(true);
  });
});
