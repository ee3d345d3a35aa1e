import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Most nodes of one cluster: a pod range is a third byte between 64 and 127. */
export const MAX_NODES = 16;

/** Where one node is and what its parts on the machine are called. */
export interface NodePlan {
  name: string;
  /** Its folder below the cluster's: what a node's disks would hold. */
  folder: string;
  /** IPv4 address on the cluster's bridge. */
  address: string;
  /** IPv4 range of its pods, a /24. */
  podRange: string;
  /** The machine's end of the node's network cable: at most 15 characters. */
  link: string;
  /** Cgroup below the root of every hierarchy. */
  cgroup: string;
}

/** All names and addresses of one cluster. Two clusters on one machine share none of them. */
export interface ClusterPlan {
  /** The state folder, absolute. */
  folder: string;
  /** 8 hex digits of the folder's path: part of every name on the machine. */
  id: string;
  bridge: string;
  /** The bridge's own address, where kube-apiserver listens. */
  machineAddress: string;
  apiUrl: string;
  podRange: string;
  serviceRange: string;
  /** Of the Service `kubernetes`. */
  apiServiceAddress: string;
  /** Of the Service `kube-dns`. */
  dnsAddress: string;
  nodes: NodePlan[];
}

/** What a plan is made of; kept in the state folder, so that later calls plan the same. */
export interface ClusterFacts {
  folder: string;
  /** The second byte of all addresses, 10.N.0.0/16. */
  network: number;
  nodeCount: number;
}

/** The cluster's part of every name on this machine. */
export function clusterId(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 8);
}

/** What the names of all links of a cluster begin with. */
export function linkPrefix(folder: string): string {
  return `nk-${clusterId(folder)}`;
}

/** What the names of all cgroups of a cluster begin with. */
export function cgroupPrefix(folder: string): string {
  return `nannyapi-kube-${clusterId(folder)}-`;
}

/**
 * Names and addresses of a cluster, all from one /16.
 *
 * Nodes are in .0.0/24, pods in .64.0/18 and Services in .128.0/17: nodes must stand outside the pods' range, else
 * kube-proxy takes the machine's own packets to a Service for a pod's, and answers come back from the wrong address.
 */
export function planCluster(facts: ClusterFacts): ClusterPlan {
  const { folder } = facts;
  const net = `10.${facts.network}`;
  const nodes = Array.from({ length: facts.nodeCount }, (_, at): NodePlan => {
    const number = at + 1;
    const name = `node${number}`;
    return {
      name,
      folder: join(folder, 'nodes', name),
      address: `${net}.0.${10 + number}`,
      podRange: `${net}.${64 + number}.0/24`,
      link: `${linkPrefix(folder)}-${number}`,
      cgroup: `${cgroupPrefix(folder)}${name}`,
    };
  });
  return {
    folder,
    id: clusterId(folder),
    bridge: linkPrefix(folder),
    machineAddress: `${net}.0.1`,
    apiUrl: `https://${net}.0.1:6443`,
    podRange: `${net}.64.0/18`,
    serviceRange: `${net}.128.0/17`,
    apiServiceAddress: `${net}.128.1`,
    dnsAddress: `${net}.128.10`,
    nodes,
  };
}

const FIRST_NETWORK = 64;
const NETWORKS = 128;

/**
 * The second byte of a /16 in 10.0.0.0/8 that no route of the machine touches; the folder decides where the search
 * begins, so that one folder mostly gets the same addresses again.
 *
 * @param routes what `ip -4 route show table all` prints.
 * @returns undefined when all 128 are taken.
 */
export function pickNetwork(folder: string, routes: string): number | undefined {
  const taken = new Set<number>();
  for (const [, second, bits] of routes.matchAll(/\b10\.(\d+)\.\d+\.\d+(?:\/(\d+))?/g)) {
    const span = 2 ** Math.max(0, 16 - Number(bits ?? 32));
    for (let at = 0; at < span; at += 1) taken.add(Number(second) + at);
  }
  const start = Number.parseInt(clusterId(folder), 16) % NETWORKS;
  for (let at = 0; at < NETWORKS; at += 1) {
    const network = FIRST_NETWORK + ((start + at) % NETWORKS);
    if (!taken.has(network)) return network;
  }
  return undefined;
}
