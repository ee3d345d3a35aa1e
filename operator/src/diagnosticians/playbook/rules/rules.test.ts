import { factLine } from '@nannyapi/protocol';
import { describe, expect, it } from 'vitest';
import { candidatesOf, findingsOf } from './case-stand-in.ts';

const MIB = 1024 ** 2;

const process = (fields: Parameters<typeof factLine<'process'>>[1]): string =>
  factLine('process', {
    pid: 7,
    ppid: 1,
    comm: 'spin',
    user: 'root',
    state: 'R',
    cpu: '99%',
    cpu_lifetime: '99%',
    age: '60s',
    allowed_cpus: '0-1',
    own: false,
    cgroup: '/',
    ...fields,
  });
const busyCpu = [
  factLine('cpu', { core: 'total', busy: '99%', idle: '1%' }),
  factLine('cpu', { core: '0', busy: '99%', idle: '1%' }),
  factLine('cpu', { core: '1', busy: '99%', idle: '1%' }),
];

describe('the rule of CPU saturation', () => {
  it('names the processes that fill the machine', () => {
    const lines = [process({}), process({ pid: 8 }), process({ pid: 9, comm: 'other', cpu: '1%' })];
    expect(findingsOf('slow', { cpu: busyCpu, processes: lines })).toEqual([
      'CPUSaturation: processes spin (pids 7, 8)',
    ]);
  });

  it('names the cgroup where many small ones do', () => {
    const lines = Array.from({ length: 20 }, (_, index) => process({ pid: 100 + index, cpu: '9%', cgroup: '/farm' }));
    expect(findingsOf('slow', { cpu: busyCpu, processes: lines })[0]).toMatch(/and 14 more in cgroup \/farm$/u);
  });

  it('does not blame its own processes', () => {
    const lines = [process({ own: true }), process({ pid: 8, comm: 'other' })];
    expect(findingsOf('slow', { cpu: busyCpu, processes: lines })).toEqual(['CPUSaturation: process other (pid 8)']);
  });

  it('names a process that holds one core only when the symptom is about CPU', () => {
    const half = [factLine('cpu', { core: 'total', busy: '51%', idle: '49%' }), ...busyCpu.slice(1)];
    const [candidate] = candidatesOf('Uploads fail', { cpu: half, processes: [process({})] });
    expect(candidate).toMatchObject({ needsSymptom: true, matchesSymptom: false });
    const [asked] = candidatesOf('One CPU is always busy', { cpu: half, processes: [process({})] });
    expect(asked).toMatchObject({ matchesSymptom: true });
  });
});

describe('the rule of CPU throttling', () => {
  const group = (fields: Parameters<typeof factLine<'cpu_cgroup'>>[1]): string =>
    factLine('cpu_cgroup', {
      path: '/sys/fs/cgroup/batch',
      version: 2,
      quota: '10000us',
      period: '100000us',
      limit_cores: 0.1,
      sample_nr_periods: 20,
      sample_nr_throttled: 19,
      sample_throttled: '1700ms',
      throttled_share: '95%',
      own: false,
      top: 'worker/7',
      ...fields,
    });

  it.each([
    ['a throttled group of version 2', {}, 1],
    ['a group that is seldom throttled', { sample_nr_throttled: 2, throttled_share: '10%' }, 0],
    ['a group that was throttled long ago', { sample_nr_periods: 0, sample_nr_throttled: 0, throttled_share: '0%' }, 0],
    [
      'a group that rests just now, but was throttled in most periods of its life',
      {
        sample_nr_periods: 0,
        sample_nr_throttled: 0,
        throttled_share: '0%',
        nr_periods: 40,
        nr_throttled: 31,
        tasks: 1,
      },
      1,
    ],
    [
      'a group that nobody works in any more',
      {
        sample_nr_periods: 0,
        sample_nr_throttled: 0,
        throttled_share: '0%',
        nr_periods: 40,
        nr_throttled: 31,
        tasks: 0,
      },
      0,
    ],
    ['a group of our own', { own: true }, 0],
  ])('sees %s', (_, fields, count) => {
    expect(findingsOf('worker is slow', { cgroups: [group(fields)] })).toHaveLength(count);
  });

  it('says the quota in words and how raising it is undone', () => {
    const [found] = candidatesOf('slow', { cgroups: [group({ version: 1 })] });
    expect(found?.finding.statement).toContain('may use 10 ms of CPU in every 100 ms (0.1 cores)');
    expect(found?.plan).toContain('`echo 100000 > /sys/fs/cgroup/batch/cpu.cfs_quota_us`');
    expect(found?.plan).toContain('Undone by `echo 10000 > /sys/fs/cgroup/batch/cpu.cfs_quota_us`');
  });

  it('asks the files of the version that the group has', () => {
    const actions = (version: number): string =>
      JSON.stringify(candidatesOf('slow', { cgroups: [group({ version })] })[0]?.confirmation.actions);
    expect(actions(1)).toContain('cpu.cfs_quota_us');
    expect(actions(2)).toContain('cpu.max');
  });
});

describe('the rule of OOM kills', () => {
  const kill = (fields: Parameters<typeof factLine<'oom_kill'>>[1]): string =>
    factLine('oom_kill', {
      age: '20s',
      pid: 9,
      comm: 'worker',
      constraint: 'CONSTRAINT_MEMCG',
      limit_cgroup: '/sys/fs/cgroup/memory/job',
      limit_cgroup_exists: true,
      own: false,
      text: 'Memory cgroup out of memory: Killed process 9 (worker)',
      ...fields,
    });
  const group = factLine('memory_cgroup', {
    path: '/sys/fs/cgroup/memory/job',
    version: 1,
    limit: `${60 * MIB}B`,
    usage: '0B',
    usage_share: '1%',
    failcnt: 9,
    sample_failcnt: 0,
    oom_kill: 1,
    sample_oom_kill: 0,
    under_oom: false,
    own: false,
  });

  it('names the group whose limit was hit, and the victim', () => {
    expect(findingsOf('slow', { 'oom-kills': [kill({})], 'memory-cgroups': [group] })).toEqual([
      'OOMKill: cgroup /sys/fs/cgroup/memory/job (killed: worker, pid 9)',
    ]);
  });

  it('puts the newest of several kills first', () => {
    const gone = (path: string, age: string, pid: number): string =>
      kill({ age, pid, limit_cgroup: path, limit_cgroup_exists: false });
    const items = { 'oom-kills': [gone('/b', '3s', 9), gone('/a', '40s', 8)] };
    expect(findingsOf('a worker dies with 137', items)[0]).toBe('OOMKill: cgroup /b (killed: worker, pid 9)');
  });

  it('takes a kill in a group that is gone for history, unless it is what was asked about', () => {
    const items = { 'oom-kills': [kill({ limit_cgroup: '/job', limit_cgroup_exists: false })] };
    expect(findingsOf('Why is this machine slow?', items)).toEqual([]);
    expect(findingsOf('free memory is near zero, do we run out of memory?', items)).toEqual([]);
    expect(findingsOf('the worker dies with 137', items)).toHaveLength(1);
  });

  it('tells a kill for want of host memory from one by a limit', () => {
    const line = kill({ constraint: 'CONSTRAINT_NONE', limit_cgroup: undefined, limit_cgroup_exists: undefined });
    expect(findingsOf('slow', { 'oom-kills': [line] })).toEqual([
      'OOMKill: host memory (killed: process worker (pid 9))',
    ]);
  });

  it('does not blame the cages of our own commands', () => {
    const line = kill({ limit_cgroup: '/sys/fs/cgroup/memory/nannyapi/run-1', own: true });
    expect(findingsOf('the worker dies', { 'oom-kills': [line] })).toEqual([]);
  });
});

describe('the rule of memory pressure', () => {
  const memory = (share: number): string =>
    factLine('memory', {
      total: `${1000 * MIB}B`,
      available: `${10 * share * MIB}B`,
      available_share: `${share}%`,
      free: `${MIB}B`,
    });

  it('does not mistake page cache for want of memory', () => {
    expect(findingsOf('free memory is near zero', { memory: [memory(80)] })).toEqual([]);
  });

  it('names the process that holds the memory of the machine', () => {
    const holder = factLine('memory_process', { pid: 5, comm: 'leak', rss: `${900 * MIB}B`, share: '90%', own: false });
    expect(findingsOf('slow', { memory: [memory(3), holder] })).toEqual([
      'MemoryPressure: process leak (pid 5) in host memory',
    ]);
  });

  it('blames workers of one program together, when together they hold most of it', () => {
    const worker = (pid: number): string =>
      factLine('memory_process', {
        pid,
        comm: 'MainThread',
        name: 'node',
        rss: `${300 * MIB}B`,
        share: '30%',
        own: false,
      });
    const items = { memory: [memory(9), worker(5), worker(6)] };
    expect(findingsOf('slow', items)).toEqual(['MemoryPressure: processes node (pids 5, 6) in host memory']);
    expect(findingsOf('slow', { memory: [memory(9), worker(5)] })).toEqual([]);
    const bystander = factLine('memory_process', { pid: 8, comm: 'node', rss: `${MIB}B`, share: '0.1%', own: false });
    expect(findingsOf('slow', { memory: [...items.memory, bystander] })).toEqual(findingsOf('slow', items));
  });

  it('takes a group that merely fills its limit with cache for healthy', () => {
    const group = (refault: number): string =>
      factLine('memory_cgroup', {
        path: '/sys/fs/cgroup/memory/copy',
        version: 1,
        limit: `${60 * MIB}B`,
        usage_share: '99%',
        sample_failcnt: 400,
        sample_refault: refault,
        oom_kill: 0,
        own: false,
      });
    expect(findingsOf('slow', { 'memory-cgroups': [group(3)] })).toEqual([]);
    expect(findingsOf('slow', { 'memory-cgroups': [group(90_000)] })).toHaveLength(1);
  });
});

describe('the rules of disks', () => {
  const disk = (fields: Parameters<typeof factLine<'disk'>>[1]): string =>
    factLine('disk', {
      name: 'sda',
      util: '97%',
      await: '8ms',
      queue: 4,
      request_size: '262144B',
      flushes_per_s: '0/s',
      reads_per_s: '40/s',
      writes_per_s: '60/s',
      ...fields,
    });
  const ioProcess = (fields: Parameters<typeof factLine<'io_process'>>[1]): string =>
    factLine('io_process', { pid: 9, comm: 'etl', write_rate: '9000000B/s', own: false, ...fields });
  const pressure = (stalled: number): string =>
    factLine('psi', { resource: 'io', kind: 'some', sample_stalled: `${stalled}%`, avg10: '5%' });

  it.each([
    ['a busy disk that tasks wait for', [disk({}), pressure(70)], ['DiskIOSaturation: disk sda']],
    ['a busy disk that nobody waits for', [disk({ queue: 0.9 }), pressure(2)], []],
    ['a disk in use that nobody waits for', [disk({ util: '80%' }), pressure(2)], []],
    ['a disk that asynchronous requests queue up at', [disk({}), pressure(2)], ['DiskIOSaturation: disk sda']],
    [
      'a disk that a task sleeps for while all cores are busy, so that PSI tells little',
      [disk({ queue: 0.9 }), pressure(6), ioProcess({ io_wait: '55%' })],
      ['DiskIOSaturation: disk sda, used by etl (pid 9)'],
    ],
    ['a disk with room', [disk({ util: '40%', queue: 1 }), pressure(70)], []],
    [
      'a disk that work in bursts fills',
      [disk({ util: '48%', queue: 50 }), pressure(28)],
      ['DiskIOSaturation: disk sda'],
    ],
    [
      'a loop device above a busy disk',
      [disk({ read_rate: '9B/s' }), disk({ name: 'loop0', backing: '/img', read_rate: '9B/s' }), pressure(70)],
      ['DiskIOSaturation: disk loop0'],
    ],
  ])('see %s', (_, disks, expected) => {
    expect(findingsOf('slow', { disks })).toEqual(expected);
  });

  it.each([
    ['database commits are slow', true],
    ['Why is this machine slow?', false],
  ])('tell of syncs that hardly keep a disk busy only to those who ask: %s', (prompt, matchesSymptom) => {
    const syncing = disk({ util: '3%', queue: 0.1, flushes_per_s: '650/s', request_size: '2384B' });
    const [found] = candidatesOf(prompt, { disks: [syncing, pressure(2)] });
    expect(found).toMatchObject({ needsSymptom: true, matchesSymptom, finding: { mechanism: 'FsyncStorm' } });
  });

  it('prefer the cause, a group that reads everything again and again, to the busy disk', () => {
    const group = factLine('memory_cgroup', {
      path: '/sys/fs/cgroup/report',
      version: 2,
      limit: `${60 * MIB}B`,
      usage_share: '99%',
      sample_failcnt: 400,
      sample_refault: 90_000,
      oom_kill: 0,
      own: false,
    });
    const found = findingsOf('the disk is slow', { disks: [disk({}), pressure(70)], 'memory-cgroups': [group] });
    expect(found.map((line) => line.split(':')[0])).toEqual(['MemoryPressure', 'DiskIOSaturation']);
  });
});

describe('the rules of limits', () => {
  it('see processes and groups at theirs', () => {
    const limits = [
      factLine('fd_process', { pid: 3, comm: 'srv', fds: 1024, nofile_soft: 1024, use: '100%', own: false }),
      factLine('fd_process', { pid: 4, comm: 'ok', fds: 600, nofile_soft: 1024, use: '59%', own: false }),
      factLine('map_process', { pid: 5, comm: 'maps', maps: 65532, max_map_count: 65530, use: '100%', own: false }),
      factLine('pids_cgroup', {
        path: '/sys/fs/cgroup/pool',
        version: 2,
        current: 10,
        max: 10,
        use: '100%',
        events_max: 4,
        own: false,
      }),
    ];
    expect(findingsOf('slow', { limits }).sort()).toEqual([
      'FileDescriptorsExhausted: process srv (pid 3)',
      'MemoryMapsExhausted: process maps (pid 5)',
      'PidsLimitReached: cgroup /sys/fs/cgroup/pool',
    ]);
  });

  it('see processes that share one core while another is idle', () => {
    const cpu = [
      factLine('cpu', { core: 'total', busy: '50%', idle: '50%' }),
      factLine('cpu', { core: '0', busy: '100%', idle: '0%' }),
      factLine('cpu', { core: '1', busy: '1%', idle: '99%' }),
    ];
    const processes = [7, 8].map((pid) => process({ pid, cpu: '50%', run_delay: '50%', allowed_cpus: '0' }));
    expect(findingsOf('workers are slow', { cpu, processes })).toContain(
      'CPUAffinity: processes spin (pids 7, 8) pinned to core 0',
    );
  });

  it('see a task that its share of the CPU starves', () => {
    const cgroups = [
      factLine('cpu_cgroup', {
        path: '/sys/fs/cgroup/cpu/low',
        version: 1,
        quota: 'none',
        shares: 2,
        cpu: '0.1%',
        own: false,
      }),
    ];
    const processes = [process({ cpu: '0.1%', run_delay: '99%', cgroup: '/low' })];
    expect(findingsOf('batch job makes no progress', { cgroups, processes })).toEqual([
      'CPUSharesStarvation: cgroup /sys/fs/cgroup/cpu/low (task spin (pid 7))',
    ]);
  });

  it.each([
    ['stops it in most periods, though its share is small, too', 18, '90%', ['CPUThrottling']],
    ['stops it now and then', 1, '5%', ['CPUSharesStarvation']],
  ])('tell a task that its quota %s from one that its share starves', (_, throttled, share, mechanisms) => {
    const group = { version: 1, quota: '10000us', period: '100000us', shares: 102, cpu: '8%', own: false, tasks: 1 };
    const sampled = { sample_nr_periods: 20, sample_nr_throttled: throttled, throttled_share: share };
    const cgroups = [factLine('cpu_cgroup', { path: '/sys/fs/cgroup/cpu/low', ...group, ...sampled })];
    const processes = [process({ cpu: '8%', run_delay: '88%', cgroup: '/low' })];
    const found = candidatesOf('batch job makes no progress', { cgroups, processes });
    expect(found.map(({ finding }) => finding.mechanism)).toEqual(mechanisms);
  });

  it('see device errors only on a device that is in use', () => {
    const log = [factLine('kernel', { age: '9s', level: 'err', text: 'I/O error, dev loop3, sector 8 op 0x0:(READ)' })];
    expect(findingsOf('reads fail', { 'kernel-log': log })).toEqual([]);
    const filesystems = [factLine('filesystem', { mount: '/srv', type: 'ext4', device: '/dev/loop3', use: '1%' })];
    expect(findingsOf('reads fail', { 'kernel-log': log, filesystems })).toEqual([
      'BlockDeviceErrors: device loop3 (mounted at /srv)',
    ]);
  });

  it('see a program that crashes again and again', () => {
    const log = [1, 2, 3].map((age) =>
      factLine('kernel', {
        age: `${age}s`,
        level: 'info',
        text: `app[${900 + age}]: segfault at 0 ip 00 sp 00 error 4`,
      }),
    );
    expect(findingsOf('app crashes', { 'kernel-log': log })).toEqual(['CrashLoop: process app (last pid 901)']);
  });
});
