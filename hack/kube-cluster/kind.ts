import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import { clusterId } from './cluster-plan.ts';
import { buildImages, installChart } from './product.ts';
import type { Progress } from './progress.ts';
import { runProgram } from './run-program.ts';

const UP_MS = 10 * 60_000;

/** How {@link bringUpKind} is asked. */
export interface KindOptions {
  folder: string;
  nodeCount: number;
  withProduct: boolean;
  progress: Progress;
}

/** Where the kubeconfig of a kind cluster lies. */
export function kindKubeconfigPath(folder: string): string {
  return join(folder, 'kind.kubeconfig');
}

/** Makes a cluster with kind, for machines with Docker. @throws CodedError `MachineLacks`. */
export async function bringUpKind({ folder, nodeCount, withProduct, progress }: KindOptions): Promise<void> {
  await requirePrograms();
  const kubeconfig = kindKubeconfigPath(folder);
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'kind.json');
  await writeFile(config, JSON.stringify(kindConfiguration(nodeCount)));
  progress.tell('making a cluster with kind');
  const create = ['create', 'cluster', '--name', clusterName(folder), '--config', config, '--kubeconfig', kubeconfig];
  await runProgram('kind', [...create, '--wait', '300s'], { timeoutMs: UP_MS, showErrors: true });
  if (!withProduct) return;
  progress.tell('building and loading our images');
  const images = await buildImages();
  await loadIntoKind(folder, images);
  progress.tell('installing charts/nannyapi with Helm');
  await installChart(kubeconfig, images);
}

/** Imports OCI image archives into every node of a kind cluster. */
export async function loadIntoKind(folder: string, archives: readonly string[]): Promise<void> {
  for (const archive of archives) {
    await runProgram('kind', ['load', 'image-archive', archive, '--name', clusterName(folder)], { timeoutMs: UP_MS });
  }
}

/** Ends a kind cluster. */
export async function takeDownKind(folder: string): Promise<void> {
  await runProgram('kind', ['delete', 'cluster', '--name', clusterName(folder)], { timeoutMs: UP_MS });
}

/** What kind is asked for: the control plane is a node too, so one node is the least. */
export function kindConfiguration(nodeCount: number): object {
  const roles = Array.from({ length: nodeCount }, (_, at) => ({ role: at === 0 ? 'control-plane' : 'worker' }));
  return { apiVersion: 'kind.x-k8s.io/v1alpha4', kind: 'Cluster', nodes: roles };
}

function clusterName(folder: string): string {
  return `nannyapi-${clusterId(folder)}`;
}

async function requirePrograms(): Promise<void> {
  for (const [program, args, remedy] of [
    ['docker', ['version'], 'kind runs nodes in Docker: install Docker and start it'],
    ['kind', ['version'], 'install kind: go install sigs.k8s.io/kind@latest'],
  ] as const) {
    try {
      await runProgram(program, args);
    } catch (cause) {
      const message = `--kind needs ${program}, which does not work here. ${remedy}, or leave --kind away`;
      throw new CodedError({ code: 'MachineLacks', message, cause });
    }
  }
}
