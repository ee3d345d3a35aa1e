import { describe, expect, it } from 'vitest';
import { Turns, type TurnKind } from './turns.ts';

const free = new AbortController().signal;

describe('turns on the host', () => {
  const start = (turns: Turns, kind: TurnKind, signal = free) => {
    const seen = { turn: undefined as Disposable | undefined };
    const take = async (): Promise<void> => {
      seen.turn = await turns.take(kind, signal);
    };
    return { seen, taken: take() };
  };
  const settle = async () => new Promise((resolve) => void setImmediate(resolve));

  it('are shared by commands and given to one trace alone', async () => {
    const turns = new Turns();
    const [one, two, trace, late] = [
      start(turns, 'Shared'),
      start(turns, 'Shared'),
      start(turns, 'Alone'),
      start(turns, 'Shared'),
    ];
    await settle();
    expect([one, two, trace, late].map(({ seen }) => seen.turn !== undefined)).toEqual([true, true, false, false]);
    one.seen.turn?.[Symbol.dispose]();
    two.seen.turn?.[Symbol.dispose]();
    await settle();
    // First come, first served: the later command waits for the trace.
    expect([trace, late].map(({ seen }) => seen.turn !== undefined)).toEqual([true, false]);
    trace.seen.turn?.[Symbol.dispose]();
    await settle();
    expect(late.seen.turn).toBeDefined();
  });

  it('are given up by who stops waiting', async () => {
    const turns = new Turns();
    const running = start(turns, 'Alone');
    const abort = new AbortController();
    const waiting = start(turns, 'Alone', abort.signal);
    const next = start(turns, 'Alone');
    await settle();
    abort.abort(new Error('stop'));
    await expect(waiting.taken).rejects.toThrow('stop');
    running.seen.turn?.[Symbol.dispose]();
    await next.taken;
    expect(next.seen.turn).toBeDefined();
  });
});
