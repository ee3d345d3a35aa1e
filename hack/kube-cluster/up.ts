import { join } from 'node:path';
import { abortable, CodedError } from '@nannyapi/process';
import { findFreePorts } from '@nannyapi/standalone/testing';
import { pickNetwork } from './cluster-plan.ts';
import { startControlPlane } from './control-plane.ts';
import { adminKubeconfigPath, writeCredentials } from './credentials.ts';
import { dnsObjects } from './dns-objects.ts';
import { takeDown } from './down.ts';
import { loadImages, loadOwnImages } from './images.ts';
import { kubectl } from './kubectl.ts';
import { lastWords } from './last-words.ts';
import { makeBridge, routeServices } from './network.ts';
import { startNode, untilNodesReady, writeNode } from './node.ts';
import { findParts, missingRoles } from './parts.ts';
import { buildImages, installChart } from './product.ts';
import type { Progress } from './progress.ts';
import { findLacks, lookAtMachine, type MachineParts } from './requirements.ts';
import { runProgram } from './run-program.ts';
import { isComplete, markComplete, readCluster, writeCluster, type KnownCluster } from './state.ts';

/** How {@link bringUp} is asked. */
export interface UpOptions {
  folder: string;
  nodeCount: number;
  withProduct: boolean;
  progress: Progress;
  /** Ends the start, which then leaves nothing. */
  signal: AbortSignal;
}

const HACK = join(import.meta.dirname, '..');
const COMPILE_MS = 60 * 60_000;
const ROLLOUT_SECONDS = 60;

/**
 * Makes a cluster on this machine, with the product unless asked not to. One that is up already stays as it is.
 *
 * A start that fails leaves nothing behind.
 *
 * @throws CodedError `MachineLacks`, or what a part failed with.
 */
export async function bringUp(options: UpOptions): Promise<void> {
  const { folder, progress } = options;
  const known = await findRunning(options);
  if (known) progress.tell(`is up already, in ${folder}`);
  const images = options.withProduct ? await ourImages(progress) : [];
  try {
    const cluster = known ?? (await abortable(makeCluster(options), options.signal));
    if (options.withProduct) await abortable(addProduct(cluster, images, progress), options.signal);
  } catch (error) {
    if (!known) {
      if (!options.signal.aborted) {
        progress.tell('failed; the last words of each part:');
        process.stderr.write(await lastWords(folder));
      }
      progress.tell('taking it down again');
      await takeDown(folder);
      // An aborted start may have gone on meanwhile; without its folder it cannot any more.
      if (options.signal.aborted) await takeDown(folder);
    }
    throw error;
  }
  progress.tell('up; use it with: eval "$(hack/kube env)"');
}

/** The cluster that is up in the folder. @throws CodedError when there is one that is not as asked, or no longer whole. */
async function findRunning({ folder, nodeCount }: UpOptions): Promise<KnownCluster | undefined> {
  const cluster = await readCluster(folder);
  const parts = await findParts(folder);
  if (cluster === undefined || parts.length === 0 || !(await isComplete(folder))) return undefined;
  const remedy = 'run hack/kube down first';
  if (cluster.state.nodeCount !== nodeCount) {
    const message = `A cluster of ${cluster.state.nodeCount} node(s) is up in ${folder}: ${remedy}`;
    throw new CodedError({ code: 'OtherCluster', message });
  }
  const missing = missingRoles(
    parts,
    cluster.plan.nodes.map(({ name }) => name),
  );
  if (missing.length > 0) {
    throw new CodedError({ code: 'BrokenCluster', message: `${missing.join(', ')} ended in ${folder}: ${remedy}` });
  }
  return cluster;
}

async function ourImages(progress: Progress): Promise<string[]> {
  progress.tell('building our images, unless they are built already');
  return await buildImages();
}

async function makeCluster({ folder, nodeCount, progress }: UpOptions): Promise<KnownCluster> {
  const machine = await checkMachine();
  progress.tell('looking for the programs of Kubernetes, compiling what is not there');
  const programs = await fetched('fetch-kube', '--nodes');
  const coredns = await fetched('fetch-coredns');
  // What an earlier start left that was killed in its middle.
  await takeDown(folder);
  const cluster = await writeCluster(folder, { ...(await chooseAddresses(folder)), nodeCount, programs });
  const { plan } = cluster;
  await writeCredentials(plan);
  await makeBridge(plan);
  progress.tell('starting etcd, kube-apiserver, kube-controller-manager and kube-scheduler');
  await startControlPlane(cluster);
  progress.tell(`starting ${plan.nodes.map(({ name }) => name).join(', ')}`);
  await startNodes(cluster, machine);
  progress.tell('loading images and starting CoreDNS');
  await loadOwnImages(cluster, { pause: join(programs, 'pause'), coredns });
  await kubectl(folder, ['apply', '-f', '-'], { input: JSON.stringify(dnsObjects(plan)) });
  await kubectl(
    folder,
    ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', `--timeout=${ROLLOUT_SECONDS}s`],
    {
      timeoutMs: (ROLLOUT_SECONDS + 5) * 1000,
    },
  );
  await markComplete(folder);
  return cluster;
}

/** What the machine brings for a cluster. @throws CodedError `MachineLacks` that names all that is missing. */
export async function checkMachine(): Promise<MachineParts> {
  const machine = await lookAtMachine(process.env.PATH ?? '', process.getuid?.() === 0);
  const lacks = findLacks(machine);
  if (lacks.length > 0) throw new CodedError({ code: 'MachineLacks', message: lacks.join(' ') });
  return machine;
}

async function startNodes(cluster: KnownCluster, { programs, cniFolder = '' }: MachineParts): Promise<void> {
  const proxyMode = programs.has('nft') ? 'nftables' : 'iptables';
  for (const node of cluster.plan.nodes) {
    await writeNode(cluster, node, { proxyMode, cniFolder });
    await startNode(cluster, node);
  }
  await routeServices(cluster.plan);
  await untilNodesReady(cluster);
}

async function addProduct(cluster: KnownCluster, images: readonly string[], progress: Progress): Promise<void> {
  progress.tell('loading our images');
  await loadImages(cluster, images);
  progress.tell('installing charts/nannyapi with Helm');
  await installChart(adminKubeconfigPath(cluster.plan.folder), images);
}

async function fetched(program: string, ...args: string[]): Promise<string> {
  return (await runProgram(join(HACK, program), args, { timeoutMs: COMPILE_MS, showErrors: true })).trim();
}

async function chooseAddresses(folder: string): Promise<{ network: number; etcdPort: number }> {
  const network = pickNetwork(folder, await runProgram('ip', ['-4', 'route', 'show', 'table', 'all']));
  if (network === undefined) {
    throw new CodedError({
      code: 'NoAddresses',
      message: 'All of 10.64.0.0/10 and 10.128.0.0/10 is in use on this machine',
    });
  }
  const [etcdPort = 0] = await findFreePorts(1);
  return { network, etcdPort };
}
