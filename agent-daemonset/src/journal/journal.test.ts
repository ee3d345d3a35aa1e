import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskResult } from '@nannyapi/protocol';
import { FakeClock } from '@nannyapi/process';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskReserve } from './disk-reserve.ts';
import { Journal } from './journal.ts';
import { StateLock } from './state-lock.ts';

const task = (uid: string) => ({ uid, name: `inv-${uid}`, namespace: 'default', type: 'Diagnose' as const });

describe('the journal', () => {
  let dir: string;
  const clock = new FakeClock();
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-journal-'));
  });
  afterEach(async () => rm(dir, { recursive: true, force: true }));

  const path = () => join(dir, 'journal.jsonl');
  const reopen = async (journal: Journal): Promise<Journal> => {
    await journal.close();
    return Journal.open(dir, clock);
  };
  const resultOf = (journal: Journal, extra: Partial<TaskResult> = {}): TaskResult => ({
    journalID: journal.id,
    outcome: 'Succeeded',
    results: [],
    ...extra,
  });

  it('keeps its random id for as long as its file lives', async () => {
    const first = await Journal.open(dir, clock);
    const second = await reopen(first);
    expect(second.id).toBe(first.id);
    await second.close();
    await rm(path());
    const third = await Journal.open(dir, clock);
    expect(third.id).not.toBe(first.id);
    await third.close();
  });

  it('is readable by its owner alone', async () => {
    const journal = await Journal.open(dir, clock);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  it('knows after a crash what was claimed, what was started, what ended and what is done with', async () => {
    const journal = await Journal.open(dir, clock);
    for (const uid of ['claimed', 'started', 'ended', 'done']) await journal.claiming(task(uid));
    for (const uid of ['started', 'ended', 'done']) await journal.started(uid);
    await journal.actionStarted('started', { actionID: 'a1', source: 'df', pid: 7, startTicks: 8 });
    await journal.actionEnded('started', { actionID: 'a1', source: 'df', outcome: 'Succeeded' });
    await journal.actionStarted('started', { actionID: 'a2', source: 'du', pid: 9, startTicks: 10 });
    for (const uid of ['ended', 'done']) await journal.ended(uid, resultOf(journal, { message: uid }));
    await journal.acknowledged('done');
    const again = await reopen(await reopen(journal));
    expect(again.find('claimed')?.state).toBe('Claiming');
    expect(again.find('started')).toMatchObject({
      state: 'Started',
      actions: [{ actionID: 'a1' }],
      running: { actionID: 'a2', pid: 9, startTicks: 10 },
    });
    expect(again.find('ended')).toMatchObject({ state: 'Ended', result: { message: 'ended' } });
    expect(again.find('done')).toBeUndefined();
    await again.close();
  });

  it('tolerates a torn last line, wherever it was torn', async () => {
    const journal = await Journal.open(dir, clock);
    await journal.claiming(task('one'));
    await journal.started('one');
    await journal.close();
    const whole = await readFile(path(), 'utf8');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: whole.indexOf('\n') + 1, max: whole.length }), async (length) => {
        await writeFile(path(), whole.slice(0, length));
        const cut = await Journal.open(dir, clock);
        expect(cut.id).toBe(journal.id);
        // A start that is whole on disk is never forgotten.
        expect(cut.find('one')?.state === 'Started').toBe(length === whole.length);
        await cut.started('one');
        await cut.close();
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a file that somebody else wrote to, rather than run something twice', async () => {
    const journal = await Journal.open(dir, clock);
    await journal.close();
    await appendFile(path(), 'not json\n{"entry":"Started","uid":"x","time":""}\n');
    await expect(Journal.open(dir, clock)).rejects.toMatchObject({ code: 'JournalUnreadable' });
  });

  it('stays small however many tasks went through it', async () => {
    const journal = await Journal.open(dir, clock);
    await journal.claiming(task('open'));
    await journal.started('open');
    const preview = 'x'.repeat(10_000);
    for (let n = 0; n < 130; n += 1) {
      await journal.claiming(task(`t${n}`));
      const results = [{ actionID: 'a1', source: 'df', outcome: 'Succeeded' as const, preview }];
      await journal.ended(`t${n}`, resultOf(journal, { results }));
      await journal.acknowledged(`t${n}`);
    }
    expect((await stat(path())).size).toBeLessThan(1024 * 1024);
    const again = await reopen(journal);
    expect(again.openTasks().map((open) => open.task.uid)).toEqual(['open']);
    await again.close();
  });

  it('writes lines that never mix', async () => {
    const journal = await Journal.open(dir, clock);
    await Promise.all(Array.from({ length: 50 }, async (_, n) => journal.claiming(task(`t${n}`))));
    const again = await reopen(journal);
    expect(again.openTasks()).toHaveLength(50);
    await again.close();
  });
});

describe('the reserve for a full disk', () => {
  it('is given up when the disk is full, and the write succeeds then', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nanny-reserve-'));
    const reserve = await DiskReserve.open(dir);
    expect((await stat(join(dir, 'reserve'))).size).toBe(1024 * 1024);
    let tries = 0;
    await reserve.writeWith(async () => {
      tries += 1;
      const isFull = await stat(join(dir, 'reserve')).then(
        () => true,
        () => false,
      );
      if (isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
    expect(tries).toBe(2);
    await rm(dir, { recursive: true, force: true });
  });
});

describe('the lock of a state folder', () => {
  it('is held by a process that lives, and taken over from one that is gone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nanny-lock-'));
    const lock = await StateLock.take(dir, process.pid);
    await expect(StateLock.take(dir, process.ppid)).rejects.toMatchObject({ code: 'StateInUse' });
    await lock.release();
    // The pid lives, its start time is another's: the kernel gave it away again.
    await writeFile(join(dir, 'agent.pid'), `${process.ppid} 1\n`);
    await (await StateLock.take(dir, process.pid)).release();
    await rm(dir, { recursive: true, force: true });
  });
});
