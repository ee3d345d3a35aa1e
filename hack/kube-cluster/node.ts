import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '@nannyapi/process';
import { makeCgroup, removeCgroup } from './cgroups.ts';
import type { NodePlan } from './cluster-plan.ts';
import { credentialsFolder } from './control-plane-arguments.ts';
import { kubectl, until } from './kubectl.ts';
import { connectNode, routeServices, unplugNode } from './network.ts';
import { nodeDocuments, type ProxyMode } from './node-documents.ts';
import { findParts, killParts } from './parts.ts';
import { runProgram } from './run-program.ts';
import { startProgram } from './start-program.ts';
import type { KnownCluster } from './state.ts';

const INIT_SECONDS = 10;
const READY_SECONDS = 60;

/** Writes what a node's programs are configured with. */
export async function writeNode(
  { plan }: KnownCluster,
  node: NodePlan,
  machine: { proxyMode: ProxyMode; cniFolder: string },
): Promise<void> {
  for (const [name, text] of Object.entries(nodeDocuments(plan, node, machine))) {
    const path = join(node.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  await runProgram('mkfifo', [join(node.folder, 'cable')]);
}

/** Starts a node over its folder: as a machine boots. */
export async function startNode({ plan, state }: KnownCluster, node: NodePlan): Promise<void> {
  const routes = plan.nodes
    .filter((other) => other !== node)
    .map(({ podRange, address }) => `${podRange} via ${address}`);
  await makeCgroup(node.cgroup);
  await startProgram({
    file: 'unshare',
    args: [
      '--mount',
      '--net',
      '--pid',
      '--uts',
      '--ipc',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--propagation',
      'private',
      join(import.meta.dirname, 'node-init'),
    ],
    folder: plan.folder,
    role: node.name,
    logPath: join(node.folder, 'init.log'),
    env: {
      NODE: node.name,
      NODE_ADDRESS: node.address,
      NODE_FOLDER: node.folder,
      KUBE_PROGRAMS: state.programs,
      KUBELET_KUBECONFIG: join(credentialsFolder(plan.folder), `${node.name}.kubeconfig`),
      NODE_ROUTES: routes.join('\n'),
    },
  });
  await until(
    `process 1 of ${node.name}`,
    INIT_SECONDS,
    async () => (await findInit(plan.folder, node.name)) !== undefined,
  );
  await connectNode(plan, node, await initOf(plan.folder, node.name));
  await runProgram('sh', ['-c', 'echo connected > "$0"', join(node.folder, 'cable')]);
}

/** Cuts the power of a node and boots it again; resolves when it says that it is ready. */
export async function restartNode(cluster: KnownCluster, node: NodePlan): Promise<void> {
  const { plan } = cluster;
  await killParts(plan.folder, ({ role }) => role === node.name);
  await unplugNode(node);
  // As a reboot would: of each group of a dead pod that is left a kubelet tries for seconds to learn what it was.
  await removeCgroup(node.cgroup);
  const before = await heartbeatOf(plan.folder, node.name);
  await startNode(cluster, node);
  await routeServices(plan);
  await until(
    `a sign of life of ${node.name}`,
    READY_SECONDS,
    async () => (await heartbeatOf(plan.folder, node.name)) !== before,
  );
  await untilNodesReady(cluster, [node]);
}

/** Waits until nodes are registered and say that they are ready; tells the API server of the range of their pods. */
export async function untilNodesReady({ plan }: KnownCluster, nodes: readonly NodePlan[] = plan.nodes): Promise<void> {
  const names = nodes.map(({ name }) => `node/${name}`);
  // A node that has not spoken yet is none: kubectl wait would fail at once.
  await until(`registration of ${names.join(', ')}`, READY_SECONDS, async () => {
    await kubectl(plan.folder, ['get', ...names]);
    return true;
  });
  // Elsewhere a controller hands ranges out; here they are planned. Who wants to know whose a pod's address is looks there.
  for (const { name, podRange } of nodes) {
    const patch = JSON.stringify({ spec: { podCIDR: podRange, podCIDRs: [podRange] } });
    await kubectl(plan.folder, ['patch', 'node', name, '--patch', patch]);
  }
  await kubectl(plan.folder, ['wait', '--for=condition=Ready', `--timeout=${READY_SECONDS}s`, ...names], {
    timeoutMs: (READY_SECONDS + 5) * 1000,
  });
}

/** The first process of a node. @throws CodedError `NodeNotRunning`. */
export async function initOf(folder: string, node: string): Promise<number> {
  const pid = await findInit(folder, node);
  if (pid === undefined) throw new CodedError({ code: 'NodeNotRunning', message: `${node} does not run` });
  return pid;
}

async function findInit(folder: string, node: string): Promise<number | undefined> {
  return (await findParts(folder)).find(({ role, isInit }) => role === node && isInit)?.pid;
}

async function heartbeatOf(folder: string, node: string): Promise<string> {
  return await kubectl(folder, ['get', 'lease', '-n', 'kube-node-lease', node, '-o', 'jsonpath={.spec.renewTime}']);
}
