import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { checkResolvedPath, checkTrace, type AcceptedCommand, type Task } from '@nannyapi/protocol';
import { CodedError, systemClock } from '@nannyapi/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { openHost } from '../host/open-host.ts';
import { createSignaller } from '../host/signaller.ts';
import { OutputBudget } from '../output/output-budget.ts';
import { OutputSpool } from '../output/spool.ts';
import type { Policy } from '../policy-port.ts';
import { createDiagnoseHandler } from './diagnose.ts';
import type { ActionResult, TaskCall, TaskEnd } from './task-call.ts';
import { Turns } from './turns.ts';

/** Lets programs run that the real policy never would: what they do is the subject of these tests. */
const permissive: Policy = {
  hash: `sha256:${'0'.repeat(64)}`,
  checkArgv: (argv): AcceptedCommand => ({
    verdict: 'accept',
    tool: 'run',
    argv,
    needs: 'none',
    network: 'none',
    paths: argv.filter((word) => word.startsWith('/')).map((path) => ({ path, access: 'read' as const })),
    deadlineSeconds: 2,
  }),
  checkTrace,
  checkResolvedPath,
  commandNames: [],
};

describe('a diagnostic move on this host', () => {
  let dir: string;
  let host: Host;
  let spool: OutputSpool;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-diagnose-'));
    host = await openHost({
      clock: systemClock,
      policy: permissive,
      signaller: createSignaller((pid, signal) => process.kill(pid, signal)),
      isRoot: process.getuid?.() === 0,
      arch: process.arch,
      agentPid: process.pid,
      stateDir: join(dir, 'state'),
      ownPaths: [],
    });
    spool = new OutputSpool(join(dir, 'state'));
  });
  afterAll(async () => {
    await host.close();
    await rm(dir, { recursive: true, force: true });
  });

  const diagnose = async (
    actions: NonNullable<Task['spec']['actions']>,
    options: { maxOutputBytes?: number; signal?: AbortSignal } = {},
  ): Promise<{ end: TaskEnd; results: ActionResult[]; uid: string }> => {
    const results: ActionResult[] = [];
    const uid = `task-${Math.trunc(Math.random() * 1e9)}`;
    const spec = {
      agentRef: { name: 'host' },
      type: 'Diagnose' as const,
      policyHash: permissive.hash,
      timeoutSeconds: 60,
      actions,
    };
    const call: TaskCall = {
      task: { uid, name: 'inv-0', namespace: 'default', spec },
      signal: options.signal ?? new AbortController().signal,
      budget: new OutputBudget(options.maxOutputBytes ?? 4 * 1024 * 1024),
      remainingSeconds: () => 60,
      progress: () => undefined,
      actionStarted: async () => undefined,
      actionEnded: async (result) => void results.push(result),
    };
    const end = await createDiagnoseHandler({ policy: permissive, host, spool, turns: new Turns() }).run(call);
    return { end, results, uid };
  };
  const run = (id: string, ...argv: string[]) => ({ id, run: { argv } });

  it('keeps the head of 50 MB, says that there was more, and goes on', async () => {
    const actions = [run('big', 'head', '-c', '50000000', '/dev/zero'), run('small', 'uname')];
    const { end, results, uid } = await diagnose(actions, { maxOutputBytes: 1_000_000 });
    expect(end.outcome).toBe('Succeeded');
    expect(results[0]).toMatchObject({ outcome: 'Refused' });
    expect(results[1]).toMatchObject({ outcome: 'Succeeded', preview: 'Linux\n' });
    expect(await spool.pending(uid)).toEqual([]);

    const flood = await diagnose([run('big', 'yes', 'a line of this flood'), run('small', 'uname')], {
      maxOutputBytes: 1_000_000,
    });
    expect(flood.results[0]).toMatchObject({ outcome: 'Succeeded', truncated: true });
    expect(flood.results[0]?.outputBytes).toBeGreaterThan(500_000);
    expect(flood.results[0]?.message).toMatch(/at least \d+ bytes/);
    expect(flood.results[1]).toMatchObject({ outcome: 'Succeeded', preview: 'Linux\n' });
    const chunks = await spool.pending(flood.uid);
    const pieces = await Promise.all(chunks.map(async (chunk) => gunzipSync(await spool.read(chunk))));
    const text = Buffer.concat(pieces).toString();
    expect(pieces.every((piece) => piece.length <= 256 * 1024)).toBe(true);
    expect(Buffer.byteLength(text)).toBe(500_000);
    expect(flood.results[0]?.digest).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    expect(flood.results[0]?.preview).toBe(text.slice(0, 16 * 1024));
  });

  it('makes text of bytes that are none, with a space for NUL', async () => {
    const { results } = await diagnose([run('a1', 'printf', String.raw`a\xff\x00b\xc5\xbc\n`)]);
    expect(results[0]).toMatchObject({ outcome: 'Succeeded', preview: 'a� bż\n' });
  });

  it('removes secrets before they leave the host', async () => {
    const { results } = await diagnose([run('a1', 'printf', 'password=hunter22\\n')]);
    expect(results[0]).toMatchObject({
      preview: 'password=[redacted]\n',
      source: expect.not.stringContaining('hunter22'),
    });
  });

  it('refuses a path that leads somewhere else than it says', async () => {
    await mkdir(join(dir, 'logs'), { recursive: true });
    await symlink('/etc/shadow', join(dir, 'logs/app.log'));
    const { results } = await diagnose([run('a1', 'cat', join(dir, 'logs/app.log'))]);
    expect(results[0]).toMatchObject({ outcome: 'Refused', message: expect.stringMatching(/path-secret/) });
    await writeFile(join(dir, 'x'), '');
  });

  it('reports exit status, deadline and a missing tool as what they are', async () => {
    const { end, results } = await diagnose([run('a1', 'false'), run('a2', 'sleep', '60'), run('a3', 'no-such-tool')]);
    expect(end.outcome).toBe('Succeeded');
    expect(results[0]).toMatchObject({ outcome: 'Failed', exitCode: 1, message: 'Exit status 1.' });
    expect(results[1]).toMatchObject({ outcome: 'TimedOut', message: 'Ended after 2 s, its deadline.' });
    expect(results[2]).toMatchObject({
      outcome: 'NotAvailable',
      message: expect.stringMatching(/no-such-tool is not installed.*install/),
    });
  });

  it('stops at a cancel: what runs is killed, what has not begun is not run', async () => {
    const abort = new AbortController();
    const cancelled = new CodedError({ code: 'TaskCancelled', message: 'The task was cancelled' });
    setImmediate(() => abort.abort(cancelled));
    const { end, results } = await diagnose([run('a1', 'sleep', '60'), run('a2', 'uname')], { signal: abort.signal });
    expect(end).toMatchObject({ outcome: 'Cancelled', message: 'The task was cancelled' });
    expect(results.map(({ outcome }) => outcome)).toEqual(['Cancelled', 'Cancelled']);
    expect(results[1]?.message).toBe('Not run: The task was cancelled.');
  });

  it('says which layers caged a command', async () => {
    const { results } = await diagnose([run('a1', 'true')]);
    expect(results[0]?.sandbox).toBeDefined();
    expect(new Set(results[0]?.sandbox).size).toBe(results[0]?.sandbox?.length);
    expect(results[0]?.sandbox?.every((layer) => /^[A-Z][A-Za-z0-9]{0,31}$/.test(layer))).toBe(true);
    expect(results[0]?.sandbox?.length).toBeLessThanOrEqual(16);
  });

  it('refuses a hostile trace by its own policy', async () => {
    const { end, results } = await diagnose([
      { id: 't1', trace: { program: 'BEGIN { system("id"); }', durationSeconds: 1 } },
    ]);
    expect(end.outcome).toBe('Refused');
    expect(results[0]).toMatchObject({ outcome: 'Refused', message: expect.stringMatching(/^trace-/) });
  });
});
