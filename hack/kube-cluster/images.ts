import { readFile, rm, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join, resolve } from 'node:path';
import { COREDNS_IMAGE } from './dns-objects.ts';
import { initOf } from './node.ts';
import { makeOciArchive } from './oci-archive.ts';
import { runProgram } from './run-program.ts';
import type { KnownCluster } from './state.ts';

const LOAD_MS = 5 * 60_000;

/** Imports OCI image archives into every node, one node after the other: the disk is one. */
export async function loadImages({ plan }: KnownCluster, archives: readonly string[]): Promise<void> {
  const paths = archives.map((archive) => resolve(archive));
  for (const { name } of plan.nodes) {
    const pid = await initOf(plan.folder, name);
    for (const path of paths) {
      const enter = ['--target', String(pid), '--mount', '--net', '--pid', '--uts', '--ipc', '--'];
      const load = ['ctr', '--namespace', 'k8s.io', 'images', 'import', path];
      await runProgram('nsenter', [...enter, ...load], { timeoutMs: LOAD_MS });
    }
  }
}

/** Loads what a cluster itself is made of: the pause program that holds a pod's namespaces, and CoreDNS. */
export async function loadOwnImages(
  cluster: KnownCluster,
  programs: { pause: string; coredns: string },
): Promise<void> {
  const images = [
    { name: 'localhost/pause:1', program: 'pause', path: programs.pause },
    { name: COREDNS_IMAGE, program: 'coredns', path: programs.coredns },
  ];
  for (const { name, program, path } of images) {
    const archive = join(cluster.plan.folder, `${program}.tar`);
    await writeFile(archive, makeOciArchive({ name, program, bytes: await readFile(path), arch: arch() }));
    await loadImages(cluster, [archive]);
    await rm(archive);
  }
}
