import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CageBench } from '../../../testing/cage-bench.ts';
import type { CageLevel } from './cage.ts';
import { closedPodVolumes, coverPods, findPodFolders, isClosedVolume } from './pod-volumes.ts';

const ONE = '5a1c0b54-6a4f-4d0e-9b3c-0f8a0a4c2f11';
const TWO = '9d2ce6f7-1f0b-4b39-8a55-6fd9a2f0c2aa';

/** A line of mountinfo. */
const mounted = (point: string, type = 'tmpfs'): string => `40 1 0:41 / ${point} rw - ${type} ${type} rw`;

describe('the volumes of pods', () => {
  let pods: string;
  beforeEach(async () => {
    pods = join(await mkdtemp(join(tmpdir(), 'nanny-kubelet-')), 'pods');
    for (const path of [
      `${ONE}/volumes/kubernetes.io~secret/s`,
      `${ONE}/volumes/kubernetes.io~empty-dir/scratch`,
      `${ONE}/volume-subpaths/s`,
      `${TWO}/volumes/kubernetes.io~projected/t`,
      `${TWO}/volumes/kubernetes.io~csi/vault`,
      `${TWO}/volumes/kubernetes.io~csi/disk`,
    ]) {
      await mkdir(join(pods, path), { recursive: true });
    }
  });
  afterEach(async () => rm(join(pods, '..'), { recursive: true, force: true }));

  const mountinfo = (): string =>
    [
      mounted(`${pods}/${ONE}/volumes/kubernetes.io~secret/s`),
      mounted(`${pods}/${TWO}/volumes/kubernetes.io~csi/vault/mount`),
      mounted(`${pods}/${TWO}/volumes/kubernetes.io~csi/disk/mount`, 'ext4'),
    ].join('\n');
  /** Without the usual place, which may be there on the machine that tests. */
  const ours = <T extends { covered: readonly string[] }>(cover: T): T => ({
    ...cover,
    covered: cover.covered.filter((path) => path.startsWith(pods)),
  });
  const closedOfOne = () => [`${pods}/${ONE}/volumes/kubernetes.io~secret`, `${pods}/${ONE}/volume-subpaths`];
  const closedOfTwo = () => [
    `${pods}/${TWO}/volumes/kubernetes.io~csi/vault/mount`,
    `${pods}/${TWO}/volumes/kubernetes.io~projected`,
  ];

  it('are found wherever a kubelet keeps them', async () => {
    expect(await findPodFolders(mountinfo())).toContain(pods);
  });

  it('are closed to a command that does not ask for them', async () => {
    const uses = [
      { path: '/proc/loadavg', access: 'read' },
      { path: '/', access: 'stat' },
    ] as const;
    expect(ours(await coverPods(mountinfo(), uses))).toEqual({ covered: [pods], shown: [], closed: [] });
  });

  it('are open one pod at a time to who asks for sizes in it, but for what the kubelet brings', async () => {
    const path = `${pods}/${ONE}/volumes/kubernetes.io~empty-dir/scratch`;
    for (const access of ['stat', 'list'] as const) {
      expect(ours(await coverPods(mountinfo(), [{ path, access }]))).toEqual({
        covered: [pods],
        shown: [`${pods}/${ONE}`],
        closed: closedOfOne(),
      });
    }
    expect((await coverPods(mountinfo(), [{ path, access: 'read' }])).shown).toEqual([]);
  });

  it('are open, all of them, to who asks what fills the disk', async () => {
    for (const path of ['/', pods, join(pods, '..')]) {
      const cover = ours(await coverPods(mountinfo(), [{ path, access: 'list' }]));
      expect(cover).toMatchObject({ covered: [], shown: [] });
      expect(cover.closed).toEqual(expect.arrayContaining([...closedOfOne(), ...closedOfTwo()]));
    }
  });

  it('are closed as a whole where there are too many secrets to close one by one', async () => {
    for (let index = 0; index < 260; index += 1) {
      const uid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      await mkdir(join(pods, uid, 'volumes/kubernetes.io~secret/s'), { recursive: true });
    }
    expect(ours(await coverPods(mountinfo(), [{ path: '/', access: 'list' }])).covered).toEqual([pods]);
    expect(await closedPodVolumes(mountinfo())).toContain(pods);
  });

  it('lie beside the kubelet’s own keys, which nobody sees', async () => {
    const keys = join(pods, '../pki');
    await mkdir(keys);
    expect((await coverPods(mountinfo(), [])).closed).toEqual([keys]);
    expect(await closedPodVolumes(mountinfo())).toContain(keys);
  });

  it('tell a mount that nobody may see', () => {
    expect(isClosedVolume(`/k/pods/${ONE}/volumes/kubernetes.io~projected/t`)).toBe(true);
    expect(isClosedVolume(`/k/pods/${ONE}/volume-subpaths/s/c/0`)).toBe(true);
    expect(isClosedVolume(`/k/pods/${ONE}/volumes/kubernetes.io~empty-dir/x`)).toBe(false);
    expect(isClosedVolume('/srv/pods')).toBe(false);
  });
});

describe.runIf(process.getuid?.() === 0)('a run on a node (needs root)', () => {
  let root: string;
  let pods: string;
  let secret: string;
  let scratch: string;
  let other: string;
  let bench: CageBench;
  beforeEach(async () => {
    root = await mkdtemp('/var/tmp/nanny-kubelet-');
    await chmod(root, 0o755);
    pods = `${root}/pods`;
    secret = `${pods}/${ONE}/volumes/kubernetes.io~secret/s`;
    scratch = `${pods}/${ONE}/volumes/kubernetes.io~empty-dir/scratch`;
    other = `${pods}/${TWO}/volumes/kubernetes.io~empty-dir/scratch`;
    for (const path of [secret, scratch, other]) await mkdir(path, { recursive: true });
    for (const path of [secret, scratch]) spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'nanny-test', path]);
    await writeFile(join(secret, 'token'), 'hidden');
    await writeFile(join(scratch, 'file'), 'seen');
    await writeFile(join(other, 'file'), 'unasked');
  });
  afterEach(async () => {
    await bench.close();
    for (const path of [secret, scratch]) spawnSync('umount', [path]);
    await rm(root, { recursive: true, force: true });
  });

  it.each<CageLevel>(['Full', 'Reduced'])(
    'in the cage %s sees no secret of a pod, whatever it asks for',
    async (atMost) => {
      bench = await CageBench.open({ atMost });
      for (const paths of [[], [{ path: scratch, access: 'stat' }], [{ path: '/', access: 'list' }]] as const) {
        const { out, exitCode } = await bench.run({
          argv: ['/bin/cat', join(secret, 'token')],
          needs: 'fileRead',
          paths,
        });
        expect({ out, exitCode }).toEqual({ out: '', exitCode: 1 });
      }
      const seen = await bench.run({
        argv: ['/bin/df', '--output=size', '-B1', scratch],
        paths: [{ path: scratch, access: 'stat' }],
        needs: 'fileRead',
      });
      expect(seen.out).toContain('65536');
    },
  );

  it('in the full cage sees of pods only the one it asks about', async () => {
    bench = await CageBench.open();
    const paths = [{ path: scratch, access: 'list' }] as const;
    const { out } = await bench.run({ argv: ['/bin/ls', pods], needs: 'fileRead', paths });
    expect(out.trim()).toBe(ONE);
    expect((await bench.run({ argv: ['/bin/ls', pods], needs: 'fileRead' })).out).toBe('');
  });
});
