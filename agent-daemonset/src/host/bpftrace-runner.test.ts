import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { checkTrace } from '@nannyapi/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CageBench } from '../../testing/cage-bench.ts';
import { runTrace, type TraceBounds, type TraceOutcome } from './bpftrace-runner.ts';

const BPFTRACE = '/usr/bin/bpftrace';
const fits = process.getuid?.() === 0 && existsSync('/usr/bin/bwrap') && existsSync(BPFTRACE);

describe.runIf(fits)('a trace on this kernel (needs root, bwrap and bpftrace)', () => {
  let bench: CageBench;
  let dir: string;
  beforeAll(async () => {
    bench = await CageBench.open();
    dir = await mkdtemp('/var/tmp/nanny-trace-');
  });
  afterAll(async () => {
    await bench.close();
    await rm(dir, { recursive: true, force: true });
  });

  const trace = async (program: string, bounds: Partial<TraceBounds> = {}): Promise<TraceOutcome> => {
    const verdict = checkTrace(program);
    if (verdict.verdict === 'refuse') throw new Error(verdict.message);
    const limits = {
      durationSeconds: 1,
      capBytes: 1024 * 1024,
      stderrCapBytes: 4096,
      signal: new AbortController().signal,
    };
    const bpftrace = { path: BPFTRACE, words: [BPFTRACE], origin: 'Host' } as const;
    return runTrace(verdict, bpftrace, { ...limits, ...bounds }, bench.runner);
  };

  it('brings the histogram of block requests back as lines', async () => {
    const running = trace('tracepoint:block:block_rq_issue { @ = hist(args->bytes); }', { durationSeconds: 2 });
    const over = new AbortController();
    const writing = (async () => {
      const file = await open(join(dir, 'load'), 'w');
      const block = Buffer.alloc(64 * 1024, 'x');
      while (!over.signal.aborted) {
        await file.write(block);
        await file.sync();
      }
      await file.close();
    })();
    const outcome = await running;
    over.abort();
    await writing;
    expect(outcome, outcome.stderr.bytes().toString()).toMatchObject({
      endedBy: 'Exit',
      exitCode: 0,
      isAttached: true,
      isGone: true,
    });
    expect(outcome.text).toMatch(/^Attached 1 probe\.\n/);
    expect(outcome.text).toMatch(/^@\[\d+, \d+\] [1-9]\d*$/m);
    expect(outcome.layers).toEqual(
      expect.arrayContaining(['ReadOnlyMounts', 'Seccomp', 'NoNetwork', 'LeastCapabilities']),
    );
  });

  it('leaves the host without the mounts that it needs', async () => {
    // Others may mount and unmount meanwhile, but nobody else mounts what a trace needs.
    const mounts = async (): Promise<string[]> =>
      (await readFile('/proc/self/mountinfo', 'utf8'))
        .split('\n')
        .filter((line) => / - (?:tracefs|debugfs|bpf) /.test(line));
    const before = await mounts();
    await trace('BEGIN { printf("hello\\n"); }');
    expect(await mounts()).toEqual(before);
  });

  it('reports what it printed and counted', async () => {
    const outcome = await trace('interval:ms:200 { @ticks = count(); } END { printf("done\\n"); }');
    expect(outcome.text).toMatch(/^done$/m);
    expect(outcome.text).toMatch(/^@ticks [1-9]\d*$/m);
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    const outcome = await trace('interval:ms:200 { @ticks = count(); }', {
      durationSeconds: 30,
      signal: abort.signal,
      onStarted: () => abort.abort(),
    });
    expect(outcome).toMatchObject({ endedBy: 'Cancel', isGone: true });
  });

  it('says why a tracepoint that this kernel lacks cannot be traced', async () => {
    const outcome = await trace('tracepoint:block:block_no_such_thing { @ = count(); }');
    expect(outcome).toMatchObject({ endedBy: 'Exit', isAttached: false });
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.stderr.bytes().toString()).toContain('block_no_such_thing');
  });
});
