import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CageBench } from '../../testing/cage-bench.ts';

const fits = process.getuid?.() === 0 && existsSync('/usr/bin/bwrap');
const hasPython = existsSync('/usr/bin/python3');
const BASH = '/usr/bin/bash';
const python = (code: string) => ['/usr/bin/python3', '-c', code];

describe.runIf(fits)('attacks from inside the full cage (needs root and bwrap)', () => {
  let bench: CageBench;
  let dir: string;
  let secret: string;

  beforeAll(async () => {
    dir = await mkdtemp('/var/tmp/nanny-secret-');
    await chmod(dir, 0o755);
    secret = join(dir, 'token');
    await writeFile(secret, 'the secret of the agent', { mode: 0o644 });
    bench = await CageBench.open({ hidden: [secret] });
  });
  afterAll(async () => {
    await bench.close();
    await rm(dir, { recursive: true, force: true });
  });

  const shell = async (script: string, needs: 'none' | 'fileRead' | 'ptraceFileRead' = 'none') =>
    bench.run({ argv: [BASH, '-c', script], needs });

  it('is the full one', () => {
    expect(bench.chosen.sandbox.level).toBe('Full');
  });

  it('cannot write anywhere', async () => {
    for (const path of ['/etc/x', '/var/lib/x', '/tmp/x', '/root/x', '/proc/sys/vm/swappiness', '/dev/x']) {
      expect((await shell(`echo 1 > ${path}`, 'ptraceFileRead')).exitCode, path).not.toBe(0);
    }
  });

  it('cannot reach a block device, nor make a node of one', async () => {
    expect((await shell('ls /dev/vda /dev/sda /dev/mem /dev/kmsg; mknod /tmp/d b 254 0')).exitCode).not.toBe(0);
    expect((await shell('test -b /dev/vda || test -b /dev/sda')).exitCode).not.toBe(0);
  });

  it('cannot signal other processes', async () => {
    expect((await shell('kill -0 1')).err).toMatch(/not permitted/);
    expect((await shell(`kill -9 ${process.pid}`, 'ptraceFileRead')).exitCode).not.toBe(0);
  });

  it('is nobody, gains nothing and keeps only what it was given', async () => {
    const { out } = await shell('cat /proc/self/status', 'fileRead');
    expect(out).toMatch(/^NoNewPrivs:\t1$/m);
    expect(out).toMatch(/^Seccomp:\t2$/m);
    expect(out).toMatch(/^CapBnd:\t0000000000000004$/m);
    expect(out).not.toMatch(/^Uid:\t0\t/m);
    expect(out).toMatch(/^Groups:\t\s*$/m);
  });

  it('has no network but what its command needs', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const network of ['none', 'netlink', 'unix'] as const) {
      const answer = await bench.run({ argv: [BASH, '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`], network });
      expect(answer.exitCode, network).not.toBe(0);
    }
    expect(
      (await bench.run({ argv: [BASH, '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`], network: 'inet' })).exitCode,
    ).toBe(0);
    await new Promise((resolve) => void server.close(resolve));
  });

  it('sees no secret of the agent, whichever way it looks', async () => {
    for (const path of [secret, `/proc/self/root${secret}`, `${dir}/../${dir.split('/').pop()}/token`]) {
      expect((await shell(`cat ${path}`, 'fileRead')).out, path).toBe('');
    }
    expect((await shell('cat /etc/shadow', 'fileRead')).out).toBe('');
    expect((await shell(`cat /proc/${process.pid}/root${secret}`, 'fileRead')).out).toBe('');
  });

  it('cannot mount, leave its namespaces or make new ones', async () => {
    expect((await shell('umount /tmp')).exitCode).not.toBe(0);
    expect((await shell('unshare --user --map-root-user true')).exitCode).not.toBe(0);
    expect((await shell('unshare --mount true', 'ptraceFileRead')).exitCode).not.toBe(0);
    expect((await shell('nsenter -t 1 -m true', 'ptraceFileRead')).exitCode).not.toBe(0);
    expect((await shell('chroot / true')).exitCode).not.toBe(0);
  });

  it.runIf(hasPython && process.arch === 'x64')(
    'is refused the system calls that no reader needs (needs python3 on x86_64)',
    async () => {
      const calls = [
        ['ptrace', 101, [16, process.pid, 0, 0]],
        ['process_vm_readv', 310, [process.pid, 0, 0, 0, 0, 0]],
        ['pidfd_open', 434, [process.pid, 0]],
        ['bpf', 321, [0, 0, 0]],
        ['perf_event_open', 298, [0, 0, 0, 0, 0]],
        ['io_uring_setup', 425, [1, 0]],
        ['userfaultfd', 323, [0]],
        ['keyctl', 250, [0, 0]],
        ['reboot', 169, [0, 0, 0, 0]],
        ['init_module', 175, [0, 0, 0]],
        ['open_by_handle_at', 304, [0, 0, 0]],
        ['setns', 308, [0, 0]],
        ['swapoff', 168, [0]],
        ['sethostname', 170, [0, 0]],
      ] as const;
      const code = calls
        .map(
          ([name, nr, args]) =>
            `ctypes.set_errno(0); l.syscall(${nr},${args.join(',')}); print("${name}", ctypes.get_errno())`,
        )
        .join('\n');
      const answer = await bench.run({
        argv: python(
          `import ctypes\nl = ctypes.CDLL(None, use_errno=True)\n${code}\nctypes.set_errno(0); l.syscall(435,0,0); print("clone3", ctypes.get_errno())`,
        ),
        needs: 'ptraceFileRead',
      });
      const expected = [...calls.map(([name]) => `${name} 1`), 'clone3 38'];
      expect(answer.out.trim().split('\n'), answer.err).toEqual(expected);
    },
  );

  it('has no terminal to push characters into', async () => {
    const answer = await bench.run({ argv: [BASH, '-c', 'exec 3</dev/tty'] });
    expect(answer.exitCode).not.toBe(0);
  });

  it.runIf(hasPython)('runs out of memory by itself, not the host (needs python3)', async () => {
    const answer = await bench.run({ argv: python('b = bytearray(600_000_000)\nprint(len(b))') });
    expect(answer.out).toBe('');
    expect(answer.exitCode).not.toBe(0);
  });

  it('may use no more than a core, and only so many processes', async () => {
    const answer = await shell('for i in $(seq 100); do sleep 5 & done; echo started $(jobs -r | wc -l)');
    expect(Number(/started (\d+)/.exec(answer.out)?.[1] ?? 0)).toBeLessThan(64);
    expect(answer.isGone).toBe(true);
  });
});
