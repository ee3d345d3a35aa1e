import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { findLacks, lookAtMachine } from '../../../hack/kube-cluster/requirements.ts';
import { RELEASE, type ClusterAccess } from './cluster-access.ts';
import { inClone, mustRun, runWithProgress } from './tool.ts';

/** A cluster, or why there is none, and how to give it back. */
export interface ProvidedCluster {
  cluster: ClusterAccess | { missing: string };
  release(): Promise<void>;
}

/** Compiling Kubernetes and building the images for the first time takes minutes. */
const UP_MS = 30 * 60_000;
const DOWN_MS = 120_000;

/**
 * Provides a cluster of two nodes on which our images are and nothing is installed.
 *
 * `NANNYAPI_CLUSTER_KUBECONFIG` names one that is there and stays there; `NANNYAPI_KUBE_DIR` the folder of one that
 * `hack/kube up` started. Otherwise one is brought up, and taken down at the end, also when it came up half-way.
 */
export async function provideCluster(): Promise<ProvidedCluster> {
  const given = env['NANNYAPI_CLUSTER_KUBECONFIG'];
  const folder = env['NANNYAPI_KUBE_DIR'];
  if (given) return kept({ kubeconfigPath: given, stateDir: folder, isOurs: false, ...RELEASE });
  if (folder && existsSync(join(folder, 'cluster.json'))) return kept(await accessOf(folder, { isOurs: false }));
  const missing = await missingParts();
  return missing === '' ? await broughtUp() : kept({ missing });
}

/** What this machine lacks for a cluster of its own, in words; '' when nothing. */
async function missingParts(): Promise<string> {
  const lacks = findLacks(await lookAtMachine(env['PATH'] ?? '', process.getuid?.() === 0));
  const tools = ['go', 'buildah', 'mmdebstrap'].filter((tool) => !isOnPath(tool));
  return [...lacks, ...tools.map((tool) => `There is no ${tool}.`)].join(' ');
}

function isOnPath(tool: string): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

async function accessOf(stateDir: string, { isOurs }: { isOurs: boolean }): Promise<ClusterAccess> {
  const variables = await mustRun(inClone('hack/kube'), ['env'], { env: { NANNYAPI_KUBE_DIR: stateDir } });
  const kubeconfigPath = /^export KUBECONFIG=(.*)$/mu.exec(variables)?.[1];
  if (kubeconfigPath === undefined) throw new Error(`hack/kube env names no KUBECONFIG: ${variables}`);
  return { kubeconfigPath, stateDir, isOurs, ...RELEASE };
}

async function broughtUp(): Promise<ProvidedCluster> {
  const parent = await mkdtemp(join(tmpdir(), 'nannyapi-kube-'));
  const stateDir = join(parent, 'kube');
  const call = { env: { NANNYAPI_KUBE_DIR: stateDir } };
  const release = async (): Promise<void> => {
    await runWithProgress(inClone('hack/kube'), ['down'], { ...call, deadlineMs: DOWN_MS });
    await rm(parent, { recursive: true, force: true });
  };
  try {
    const archives = await builtImages();
    const up = ['up', '--nodes', '2', '--without-product'];
    await runWithProgress(inClone('hack/kube'), up, { ...call, deadlineMs: UP_MS });
    await mustRun(inClone('hack/kube'), ['load', ...archives], { ...call, deadlineMs: UP_MS });
    return { cluster: await accessOf(stateDir, { isOurs: true }), release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Paths of the archives of our images, which are built where they are not cached. */
async function builtImages(): Promise<string[]> {
  const list = await runWithProgress(inClone('hack/images'), ['build'], { deadlineMs: UP_MS });
  return list
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
}

function kept(cluster: ProvidedCluster['cluster']): ProvidedCluster {
  return { cluster, release: () => Promise.resolve() };
}
