/**
 * The items that a CollectContext task gathers, in the order in which they are told.
 *
 * The id is the action id of the task's result, so item `cpu` becomes evidence `s0-cpu`.
 */
export const CONTEXT_ITEMS = {
  host: 'the machine',
  cpu: 'processors, load and CPU pressure',
  processes: 'processes by CPU time, and those that are stopped or wait in the kernel',
  cgroups: 'CPU quotas, throttling and shares of control groups',
  memory: 'memory, paging, memory pressure and the largest processes',
  'memory-cgroups': 'memory limits of control groups',
  'oom-kills': 'processes killed for want of memory',
  filesystems: 'room and inodes of mounted file systems',
  disks: 'block devices, I/O pressure and the processes that do I/O',
  network: 'links, TCP, sockets and connection tracking',
  limits: 'open files, process ids and memory maps against their limits',
  'kernel-log': 'errors and warnings of the kernel',
  changes: 'recent changes of packages',
} as const;

/** Id of a context item. */
export type ContextItemID = keyof typeof CONTEXT_ITEMS;

/**
 * What the API server knows of the target of a run, read by the operator when it creates a step for a node or a pod.
 *
 * The id is that of an item of `spec.clusterContext` of the task, so item `pod` of step 0 is evidence `s0-pod`. No id is one
 * of {@link CONTEXT_ITEMS}: both are evidence of the same step.
 */
export const CLUSTER_ITEMS = {
  pod: 'the pod that is asked about, as the API server has it',
  events: 'events of the target, newest first',
  rollout: 'what rolled out the target, and what changed lately',
  node: 'the Kubernetes node: conditions, taints, what its pods ask of it',
  pods: 'pods of the node and their containers, those in trouble first',
  'cluster-dns': 'the DNS service of the cluster and who serves it',
} as const;

/** Id of an item of the cluster. */
export type ClusterItemID = keyof typeof CLUSTER_ITEMS;

const TITLES: Readonly<Record<ContextItemID | ClusterItemID, string>> = { ...CONTEXT_ITEMS, ...CLUSTER_ITEMS };

/** Everything in one item fits in the preview of a result, so no item is ever cut by the transport. */
export const MAX_ITEM_BYTES = 16 * 1024;

/** What an item is about, beside its lines. */
export interface ItemHeader {
  id: ContextItemID | ClusterItemID;
  /** How long rates were sampled, in seconds; absent where nothing is sampled. */
  sampleSeconds?: number;
  /** One more thing to know to read it. */
  note?: string;
}

/**
 * Renders an item: a header that says what it shows and over which sample, then one fact a line.
 *
 * Lines that do not fit are left out from the end and counted, so the writer puts the telling ones first.
 */
export function renderItem(header: ItemHeader, lines: readonly string[]): string {
  const sample = header.sampleSeconds === undefined ? '' : `; sampled over ${header.sampleSeconds.toFixed(2)} s`;
  const note = header.note === undefined ? '' : `; ${header.note}`;
  const kept = [`# ${header.id}: ${TITLES[header.id]}${sample}${note}`];
  // The mark that tells of omitted lines needs room of its own.
  let room = MAX_ITEM_BYTES - 64 - byteLength(kept[0] ?? '');
  let shown = 0;
  for (const line of lines) {
    room -= byteLength(line) + 1;
    if (room < 0) break;
    kept.push(line);
    shown += 1;
  }
  if (shown < lines.length) kept.push(`omitted records=${lines.length - shown} why="to keep this item short"`);
  return `${kept.join('\n')}\n`;
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
