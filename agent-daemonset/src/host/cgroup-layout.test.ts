import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCgroupLayout } from './cgroup-layout.ts';

const V1 = [
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '38 31 0:35 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio',
  '39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
].join('\n');
const V2 = '41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';

describe('the layout of control groups', () => {
  let proc: string;
  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), 'nanny-proc-'));
  });
  afterEach(async () => rm(proc, { recursive: true, force: true }));

  const read = async (mountinfo: string, cgroup: string) => {
    await writeFile(join(proc, 'mountinfo'), `27 1 254:0 / / rw - ext4 /dev/vda rw\n${mountinfo}\n`);
    await writeFile(join(proc, 'cgroup'), `${cgroup}\n`);
    return readCgroupLayout(proc);
  };

  it('finds the hierarchies of version 1 that limit or freeze, and the place of the agent in them', async () => {
    const layout = await read(V1, '4:memory:/agents/one\n3:cpu,cpuacct:/\n8:pids:/');
    expect(layout.kind).toBe('V1');
    expect(layout.hierarchies.map(({ base }) => base)).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct',
      '/sys/fs/cgroup/memory/agents/one',
      '/sys/fs/cgroup/pids',
    ]);
  });

  it('tells version 2, both, and none apart', async () => {
    expect((await read(V2, '0::/system.slice/agent.service')).kind).toBe('V2');
    expect((await read(`${V1}\n${V2}`, '4:memory:/\n3:cpu,cpuacct:/\n8:pids:/\n0::/')).kind).toBe('Hybrid');
    expect((await read('', '0::/')).kind).toBe('None');
  });

  it('finds a pod in its own root, whatever path the host calls it by', async () => {
    const layout = await read(
      '41 31 0:38 /kubepods/pod1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      '0::/kubepods/pod1/agent',
    );
    expect(layout.hierarchies[0]?.base).toBe('/sys/fs/cgroup/agent');
  });

  it('leaves out a hierarchy in which it cannot name its own place, rather than take the root of the host', async () => {
    const layout = await read('41 31 0:38 /../../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw', '0::/');
    expect(layout).toEqual({ kind: 'None', hierarchies: [] });
  });
});
