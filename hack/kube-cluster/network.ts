import { linkPrefix, type ClusterPlan, type NodePlan } from './cluster-plan.ts';
import { runProgram } from './run-program.ts';

const ip = async (...args: string[]): Promise<string> => await runProgram('ip', args);

/** Makes the bridge that stands for the network between the nodes; kube-apiserver listens on its address. */
export async function makeBridge(plan: ClusterPlan): Promise<void> {
  await ip('link', 'add', plan.bridge, 'type', 'bridge');
  await ip('address', 'add', `${plan.machineAddress}/24`, 'dev', plan.bridge);
  await ip('link', 'set', plan.bridge, 'up');
}

/** Puts a cable between a node and the bridge, and lets the machine reach the node's pods. @param pid of the node's first process */
export async function connectNode(plan: ClusterPlan, node: NodePlan, pid: number): Promise<void> {
  await ip('link', 'add', node.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
  await ip('link', 'set', node.link, 'master', plan.bridge, 'up');
  await ip('route', 'replace', node.podRange, 'via', node.address, 'dev', plan.bridge);
}

/** Lets the machine reach Services, by way of a node. */
export async function routeServices(plan: ClusterPlan): Promise<void> {
  const [node] = plan.nodes;
  if (node) await ip('route', 'replace', plan.serviceRange, 'via', node.address, 'dev', plan.bridge);
}

/** Takes away the machine's end of a node's cable, if it is there. */
export async function unplugNode(node: NodePlan): Promise<void> {
  if ((await linksOf(node.link)).includes(node.link)) await removeLink(node.link);
}

/** Takes away all links of a cluster, and with them its addresses and routes. */
export async function removeNetwork(folder: string): Promise<void> {
  for (const link of await linksOf(linkPrefix(folder))) await removeLink(link);
}

/** A cable goes by itself, some time after the node at its other end. */
async function removeLink(link: string): Promise<void> {
  try {
    await ip('link', 'delete', link);
  } catch (error) {
    if ((await linksOf(link)).includes(link)) throw error;
  }
}

async function linksOf(prefix: string): Promise<string[]> {
  const links = JSON.parse(await ip('-json', 'link', 'show')) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith(prefix));
}
