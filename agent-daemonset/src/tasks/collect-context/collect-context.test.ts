import { factsOf, MAX_ITEM_BYTES, textOf } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import type { CollectorHost, FileSystemRoom, ToolRun } from '../../host/collector-host.ts';
import { collectContext } from './collect-context.ts';

type Files = Readonly<Record<string, string>>;

/** The machine at the edge: files that change while the sample sleeps, and nothing else. */
class MachineStandIn implements CollectorHost {
  private now_ = new Date('2026-11-01T00:00:00Z');
  private files: Files;
  private readonly later: Files;
  private readonly dmesg: ToolRun | undefined;
  readonly rooms: Readonly<Record<string, FileSystemRoom>>;
  readonly mountinfoPath?: string;

  constructor(options: {
    mountinfoPath?: string;
    before: Files;
    after?: Files;
    dmesg?: string;
    rooms?: Readonly<Record<string, FileSystemRoom>>;
  }) {
    this.files = options.before;
    this.later = { ...options.before, ...options.after };
    this.rooms = options.rooms ?? {};
    if (options.mountinfoPath !== undefined) this.mountinfoPath = options.mountinfoPath;
    this.dmesg =
      options.dmesg === undefined
        ? undefined
        : { exitCode: 0, stdout: options.dmesg, stderr: '', timedOut: false, truncated: false };
  }

  readFile(path: string): Promise<string | undefined> {
    return Promise.resolve(this.files[path]);
  }

  readDir(path: string): Promise<string[]> {
    const below = Object.keys(this.files)
      .filter((file) => file.startsWith(`${path}/`))
      .map((file) => file.slice(path.length + 1).split('/')[0] ?? '');
    return Promise.resolve([...new Set(below)].sort());
  }

  run(argv: readonly string[]): Promise<ToolRun | undefined> {
    if (argv[0] !== 'dmesg') throw new Error(`unexpected tool ${argv.join(' ')}`);
    return Promise.resolve(this.dmesg);
  }

  statfs(path: string): Promise<FileSystemRoom | undefined> {
    return Promise.resolve(this.rooms[path]);
  }

  now(): Date {
    return this.now_;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.now_ = new Date(this.now_.getTime() + ms);
    this.files = this.later;
    return Promise.resolve();
  }

  ownPids(): ReadonlySet<number> {
    return new Set([50]);
  }
}

async function collect(machine: MachineStandIn): Promise<Map<string, string>> {
  const items = await collectContext(machine, { sampleSeconds: 2, signal: new AbortController().signal });
  return new Map(items.map((item) => [item.id, item.text]));
}

/** /proc/PID/stat with the given CPU ticks. */
function stat(pid: number, comm: string, ticks: number, state = 'R'): string {
  const fields = [state, 1, 1, 1, 0, -1, 4194304, 0, 0, 0, 0, ticks, 0, 0, 0, 20, 0, 3, 0, 100, 4096, 10];
  return `${pid} (${comm}) ${fields.join(' ')} ${Array.from({ length: 20 }, () => 0).join(' ')}\n`;
}

const CPU = { '/proc/uptime': '1000.00 1.00\n', '/proc/loadavg': '1.00 0.50 0.25 2/90 1234\n' };

describe('the context of a host', () => {
  it('compares two snapshots, so that all rates are of one sample', async () => {
    const items = await collect(
      new MachineStandIn({
        before: {
          ...CPU,
          '/proc/stat':
            'cpu  0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\nctxt 0\nprocesses 0\nprocs_running 1\nprocs_blocked 0\n',
          '/proc/7/stat': stat(7, 'a (b) c', 100),
          '/proc/50/stat': stat(50, 'agent', 0),
          '/proc/7/status': 'Uid:\t1000\t1000\t1000\t1000\nCpus_allowed_list:\t0\n',
          '/proc/50/status': 'Uid:\t0\t0\t0\t0\n',
          '/proc/7/cgroup': '0::/job\n',
          '/proc/7/cmdline': 'a\0--token=hunter2\0',
          '/etc/passwd': 'bob:x:1000:1000::/:/bin/sh\n',
        },
        after: {
          '/proc/stat':
            'cpu  150 0 0 40 10 0 0 0\ncpu0 150 0 0 40 10 0 0 0\nctxt 200\nprocesses 4\nprocs_running 1\nprocs_blocked 0\n',
          '/proc/7/stat': stat(7, 'a (b) c', 250),
          '/proc/50/stat': stat(50, 'agent', 20),
        },
      }),
    );
    expect(items.get('cpu')).toContain('cpu core=total busy=75% user=75% nice=0% system=0% iowait=5%');
    const processes = factsOf(items.get('processes') ?? '', 'process');
    expect(processes.map((fact) => [textOf(fact, 'comm'), textOf(fact, 'cpu'), textOf(fact, 'own')])).toEqual([
      ['a (b) c', '75%', 'no'],
      ['agent', '10%', 'yes'],
    ]);
    expect(processes[0] && textOf(processes[0], 'user')).toBe('bob');
    expect(processes[0] && textOf(processes[0], 'cgroup')).toBe('/job');
    expect(items.get('processes')).not.toContain('hunter2');
  });

  it.each([
    ['node', 'MainThread', '/opt/node/bin/node\0/srv/app.js\0'],
    ['', 'worker', '/bin/sh\0/usr/local/bin/worker\0'],
    ['', 'gzip', 'gzip\0-9\0'],
  ])('names the program %j of a process that calls itself %s', async (name, comm, cmdline) => {
    const files = { ...CPU, '/proc/7/status': 'Uid:\t0\t0\t0\t0\n', '/proc/7/cmdline': cmdline };
    const items = await collect(
      new MachineStandIn({
        before: { ...files, '/proc/7/stat': stat(7, comm, 100) },
        after: { '/proc/7/stat': stat(7, comm, 250) },
      }),
    );
    const [process] = factsOf(items.get('processes') ?? '', 'process');
    expect(process && textOf(process, 'comm')).toBe(comm);
    expect(process && textOf(process, 'name')).toBe(name);
  });

  it.each([
    ['version 1', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'],
    ['version 2', '/sys/fs/cgroup', 'cgroup2', 'rw'],
  ])('finds throttled groups of %s, nested and below the root', async (version, root, type, options) => {
    const group = (path: string, throttled: number): Files =>
      version === 'version 1'
        ? {
            [`${path}/cgroup.procs`]: '7\n',
            [`${path}/cpu.cfs_quota_us`]: '10000\n',
            [`${path}/cpu.cfs_period_us`]: '100000\n',
            [`${path}/cpu.shares`]: '1024\n',
            [`${path}/cpu.stat`]: `nr_periods ${throttled + 1}\nnr_throttled ${throttled}\nthrottled_time ${throttled * 90_000_000}\n`,
          }
        : {
            [`${path}/cgroup.procs`]: '7\n',
            [`${path}/cpu.max`]: '10000 100000\n',
            [`${path}/cpu.weight`]: '100\n',
            [`${path}/cpu.stat`]: `usage_usec 5\nnr_periods ${throttled + 1}\nnr_throttled ${throttled}\nthrottled_usec ${throttled * 90_000}\n`,
          };
    const items = await collect(
      new MachineStandIn({
        before: {
          ...CPU,
          '/proc/self/mountinfo': `31 1 0:1 / ${root} rw - ${type} cgroup ${options}\n`,
          '/proc/7/stat': stat(7, 'worker', 0),
          ...group(`${root}/top`, 5),
          ...group(`${root}/a.slice/b.service`, 5),
          [`${root}/a.slice/cgroup.procs`]: '',
        },
        after: { ...group(`${root}/top`, 25), ...group(`${root}/a.slice/b.service`, 15) },
      }),
    );
    const lines = (items.get('cgroups') ?? '').split('\n');
    expect(lines[1]).toContain(
      `path=${root}/top version=${version.slice(-1)} quota=10000us period=100000us limit_cores=0.1`,
    );
    expect(lines[1]).toContain('sample_nr_throttled=20 sample_throttled=1800ms throttled_share=100%');
    expect(lines[1]).toContain('top=worker/7');
    expect(lines[2]).toContain(`path=${root}/a.slice/b.service`);
  });

  it('tells which group a kill was for, how long ago, and whether the group is still there', async () => {
    const memory = '/sys/fs/cgroup/memory';
    const items = await collect(
      new MachineStandIn({
        before: {
          ...CPU,
          '/proc/self/mountinfo': `31 1 0:1 / ${memory} rw - cgroup cgroup rw,memory\n`,
          [`${memory}/job/cgroup.procs`]: '',
          [`${memory}/job/memory.limit_in_bytes`]: '62914560\n',
          [`${memory}/job/memory.usage_in_bytes`]: '1000\n',
          [`${memory}/job/memory.failcnt`]: '133\n',
          [`${memory}/job/memory.oom_control`]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
        },
        dmesg: [
          'kern  :info  : [  990.100000] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/job,task_memcg=/job/x,task=tail,pid=42,uid=0',
          'kern  :err   : [  990.200000] Memory cgroup out of memory: Killed process 42 (tail) total-vm:1kB',
          'kern  :warn  : [  991.000000] something odd',
          'not a line of the kernel',
        ].join('\n'),
      }),
    );
    expect(items.get('oom-kills')).toContain(
      'oom_kill age=10s pid=42 comm=tail constraint=CONSTRAINT_MEMCG limit_cgroup=/sys/fs/cgroup/memory/job task_cgroup=/job/x limit_cgroup_exists=yes own=no text="Memory cgroup out of memory: Killed process 42 (tail) total-vm:1kB"',
    );
    expect(items.get('memory-cgroups')).toContain('limit=62914560B usage=1000B usage_share=0% failcnt=133');
    expect(items.get('kernel-log')).toContain('kernel age=9s level=warn text="something odd"');
  });

  it('counts file systems as df does, folds repeated mounts and leaves out pseudo ones and images', async () => {
    const room = { type: 1, totalBytes: 1000, freeBytes: 100, availableBytes: 0, totalInodes: 10, freeInodes: 0 };
    const items = await collect(
      new MachineStandIn({
        before: {
          ...CPU,
          '/proc/self/mountinfo': [
            '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
            '2 1 8:1 /var/lib /mnt/bind rw - ext4 /dev/sda1 rw',
            '3 1 0:9 / /proc rw - proc proc rw',
            '4 1 7:1 / /snap/x ro - squashfs /dev/loop1 ro',
            '5 1 7:0 / /srv/with\\040space ro - ext4 /dev/loop0 ro',
          ].join('\n'),
          '/sys/block/loop0/loop/backing_file': '/img\n',
        },
        rooms: { '/': room },
      }),
    );
    expect(items.get('filesystems')?.trim().split('\n').slice(1)).toEqual([
      'filesystem mount="/srv/with space" type=ext4 device=/dev/loop0 access=ro backing=/img state="does not answer"',
      'filesystem mount=/ type=ext4 device=/dev/sda1 access=rw size=1000B used=900B avail=0B use=100% inodes=10 inodes_used=10 inodes_free=0 iuse=100% also="1 more mounts"',
    ]);
  });

  it('in a pod takes the mounts of the host, with the volumes of pods and without what the kubelet fills', async () => {
    const pods = '/var/lib/kubelet/pods/5a1c0b54-6a4f-4d0e-9b3c-0f8a0a4c2f11/volumes';
    const task = '/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc';
    const room = { type: 1, totalBytes: 1000, freeBytes: 0, availableBytes: 0, totalInodes: 10, freeInodes: 5 };
    const items = await collect(
      new MachineStandIn({
        mountinfoPath: '/proc/1/mountinfo',
        before: {
          ...CPU,
          '/proc/self/mountinfo': '1 0 8:1 / / ro - ext4 /dev/sda1 rw',
          '/proc/1/mountinfo': [
            '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
            `2 1 0:41 / ${pods}/kubernetes.io~empty-dir/scratch rw - tmpfs tmpfs rw,size=1k`,
            `3 1 0:42 / ${pods}/kubernetes.io~projected/kube-api-access rw - tmpfs tmpfs rw`,
            `6 1 0:42 /token ${pods.replace('/volumes', '/volume-subpaths')}/a/0 rw - tmpfs tmpfs rw`,
            `4 1 0:43 / ${task}/rootfs rw - overlay overlay rw`,
          ].join('\n'),
        },
        rooms: {
          '/': { ...room, freeBytes: 900, availableBytes: 900 },
          [`${pods}/kubernetes.io~empty-dir/scratch`]: room,
        },
      }),
    );
    const lines = items.get('filesystems')?.trim().split('\n').slice(1);
    expect(lines?.map((line) => line.split(' ').slice(1, 5).join(' '))).toEqual([
      `mount=${pods}/kubernetes.io~empty-dir/scratch type=tmpfs device=tmpfs access=rw`,
      'mount=/ type=ext4 device=/dev/sda1 access=rw',
    ]);
    expect(lines?.[0]).toContain('use=100%');
  });

  it('says what is not readable and never fails, on a host that shows nothing', async () => {
    const items = await collect(new MachineStandIn({ before: {} }));
    expect([...items.keys()]).toHaveLength(13);
    expect(items.get('oom-kills')).toContain('missing what="kernel log" why="dmesg is not installed"');
    expect(items.get('disks')).toContain('not readable without root');
  });

  it('keeps every item short however much there is to tell', async () => {
    const before: Record<string, string> = {
      ...CPU,
      '/proc/self/mountinfo': '31 1 0:1 / /cg rw - cgroup2 cgroup2 rw\n',
    };
    for (let index = 0; index < 400; index += 1) {
      before[`/cg/group-${index}-${'x'.repeat(60)}/cgroup.procs`] = '';
      before[`/cg/group-${index}-${'x'.repeat(60)}/cpu.max`] = '10000 100000\n';
    }
    const items = await collect(new MachineStandIn({ before }));
    for (const text of items.values()) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ITEM_BYTES);
    expect(items.get('cgroups')).toMatch(/omitted records=\d+/u);
  });

  it('stops when it is told to', async () => {
    const options = { sampleSeconds: 2, signal: AbortSignal.abort(new Error('cancelled')) };
    await expect(collectContext(new MachineStandIn({ before: {} }), options)).rejects.toThrow('cancelled');
  });
});
