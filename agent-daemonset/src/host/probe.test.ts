import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { checkArgv, checkResolvedPath, checkTrace, type AcceptedCommand, type AcceptedTrace } from '@nannyapi/protocol';
import { systemClock } from '@nannyapi/process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from './host.ts';
import { openHost, type OpenHostOptions } from './open-host.ts';
import { createSignaller } from './signaller.ts';
import { UidSlots } from './uid-slots.ts';

const policy = { hash: '', checkArgv, checkTrace, checkResolvedPath, commandNames: ['cat', 'ps', 'iostat', 'lsof'] };

describe('a host, opened', () => {
  let dir: string;
  let host: Host | undefined;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-probe-'));
  });
  afterEach(async () => {
    await host?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const open = async (options: Partial<OpenHostOptions>): Promise<Host> => {
    host = await openHost({
      clock: systemClock,
      policy,
      signaller: createSignaller((pid, signal) => process.kill(pid, signal)),
      isRoot: process.getuid?.() === 0,
      arch: process.arch,
      agentPid: process.pid,
      stateDir: join(dir, 'state'),
      ownPaths: [],
      ...options,
    });
    return host;
  };

  it('names the installed commands of the policy and no others', async () => {
    const { tools } = await (await open({})).capabilities();
    expect(tools).toContain('cat');
    expect(policy.commandNames).toEqual(expect.arrayContaining(tools ?? []));
  });

  it('on a bare host tells what is missing and the command that adds it', async () => {
    const bare = await open({ toolFolders: [dir], withoutCgroups: true, isRoot: true });
    const capabilities = await bare.capabilities();
    expect(capabilities).toMatchObject({ sandbox: 'Minimal', cgroups: 'None', tools: [] });
    expect(capabilities.bpftraceVersion).toBeUndefined();
    expect(capabilities.missing).toEqual([
      expect.stringMatching(/^bwrap: .* (install|add|-S) .*bubblewrap$/),
      expect.stringMatching(/^bpftrace: .* bpftrace$/),
      expect.stringMatching(/^control groups: /),
      expect.stringMatching(/^ps: .* procps/),
      expect.stringMatching(/^iostat: .* sysstat$/),
      expect.stringMatching(/^lsof: .* lsof$/),
    ]);
  });

  it.runIf(existsSync('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'))(
    'with an image runs from there what the host lacks, and says so (needs Debian on x86-64, taken for the image)',
    async () => {
      const bare = await open({ toolFolders: [dir], imageDir: '/' });
      const { tools, imageTools, missing } = await bare.capabilities();
      expect(imageTools).toEqual(tools);
      expect(tools).toContain('ps');
      expect(missing?.filter((line) => line.startsWith('ps:'))).toEqual([]);
      const bounds = { deadlineMs: 5000, capBytes: 1000, signal: new AbortController().signal };
      const outcome = await bare.runCommand(checkArgv(['cat', '/proc/loadavg']) as AcceptedCommand, bounds);
      expect(outcome.stdout.bytes().toString()).toMatch(/^\d+\.\d+ /);
      // The chain that cages it is of the image too.
      expect(outcome.layers).toEqual(expect.arrayContaining(['NoNewPrivileges', 'ResourceLimits']));
    },
  );

  it('answers what a bare host cannot do with what would let it', async () => {
    const bare = await open({ toolFolders: [dir], withoutCgroups: true, isRoot: true });
    const bounds = { deadlineMs: 1000, capBytes: 1000, signal: new AbortController().signal };
    const command = checkArgv(['ps']) as AcceptedCommand;
    await expect(bare.runCommand(command, bounds)).rejects.toMatchObject({
      code: 'NotAvailable',
      message: expect.stringMatching(/^ps is not installed on this host: .*procps/),
    });
    const trace = checkTrace('interval:s:1 { @ = count(); }') as AcceptedTrace;
    await expect(bare.runTrace(trace, { ...bounds, durationSeconds: 1 })).rejects.toMatchObject({
      code: 'NotAvailable',
      message: expect.stringMatching(/^bpftrace is not installed on this host: .*bpftrace/),
    });
  });

  it.runIf(process.getuid?.() === 0)(
    'ends what a predecessor left, also without control groups (needs root)',
    async () => {
      const opened = await open({ withoutCgroups: true });
      // The users of an agent follow from its state folder, as a successor would find them.
      const key = createHash('sha256')
        .update(await realpath(join(dir, 'state')))
        .digest('hex')
        .slice(0, 8);
      const uid = new UidSlots(Number.parseInt(key, 16)).all()[3]!;
      const orphan = spawn('/bin/sleep', ['60'], { uid, gid: uid, detached: true, stdio: 'ignore' });
      const exited = once(orphan, 'exit');
      await once(orphan, 'spawn');
      expect(await opened.endLeftovers([])).toBe(1);
      expect(await exited).toEqual([null, 'SIGKILL']);
    },
  );

  it('tells facts of the machine', async () => {
    const facts = await (await open({})).facts();
    expect(facts).toMatchObject({ platform: 'linux', cpus: expect.any(Number), memoryBytes: expect.any(Number) });
  });
});
