import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { Shutdown } from './shutdown.ts';

describe('Shutdown', () => {
  it('aborts first and then drains in reverse order, once', async () => {
    const shutdown = new Shutdown({ clock: new FakeClock() });
    const drained: string[] = [];
    shutdown.onDrain('server', () => void drained.push(`server after abort: ${shutdown.signal.aborted}`));
    shutdown.onDrain('client', async () => void drained.push('client'));
    await Promise.all([shutdown.begin('SIGTERM'), shutdown.begin('SIGINT')]);
    expect(drained).toEqual(['client', 'server after abort: true']);
    expect(shutdown.signal.reason).toMatchObject({ code: 'ShuttingDown', message: 'Shutting down: SIGTERM' });
  });

  it('goes on when a drain fails', async () => {
    const shutdown = new Shutdown({ clock: new FakeClock() });
    let drained = false;
    shutdown.onDrain('first', () => {
      drained = true;
    });
    shutdown.onDrain('broken', () => {
      throw new Error('no');
    });
    await shutdown.begin('test');
    expect(drained).toBe(true);
  });

  it('gives up on a drain that hangs when the deadline passes, and still tries the rest', async () => {
    const clock = new FakeClock();
    const shutdown = new Shutdown({ clock, deadlineMs: 1000 });
    let ran = false;
    shutdown.onDrain('quick', () => {
      ran = true;
    });
    shutdown.onDrain('stuck', () => new Promise(() => undefined));
    const done = shutdown.begin('test');
    await clock.advance(999);
    expect(ran).toBe(false);
    await clock.advance(1);
    await done;
    expect(ran).toBe(true);
  });
});
