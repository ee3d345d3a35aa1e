import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PathUse } from '@nannyapi/protocol';
import { parseMounts, unescapeMountPoint } from './read-only-view.ts';

/** Where kubelets keep their pods unless told otherwise. */
const DEFAULT_FOLDER = '/var/lib/kubelet/pods';
const POD_PATH = /^(.*\/pods)\/([0-9a-f-]{32,36})\/(?:volumes|volume-subpaths)\//;
/** What the kubelet fills from the API: secrets and tokens, and settings, which often hold some. */
const CLOSED_PLUGINS: ReadonlySet<string> = new Set([
  'kubernetes.io~secret',
  'kubernetes.io~projected',
  'kubernetes.io~configmap',
  'kubernetes.io~downward-api',
]);
/** Drivers that bring secrets from elsewhere put them into memory. */
const CLOSED_DRIVER = 'kubernetes.io~csi';
/** Each takes a mount; with more of them the folder of all pods is closed as a whole. */
const MAX_CLOSED = 256;

/** What to do with the folder of all pods for one run, in this order. */
export interface PodCover {
  /** Folders to cover. */
  covered: readonly string[];
  /** Folders of pods to show again, below those. */
  shown: readonly string[];
  /** Folders to cover in what is in view then. */
  closed: readonly string[];
}

/** The folders of pods on this host: the usual place, and wherever else volumes of pods are mounted. */
export async function findPodFolders(mountinfo: string): Promise<string[]> {
  const found = new Set<string>();
  for (const { point } of parseMounts(mountinfo)) {
    const folder = POD_PATH.exec(unescapeMountPoint(point))?.[1];
    if (folder !== undefined) found.add(folder);
  }
  if ((await lstat(DEFAULT_FOLDER).catch(() => undefined))?.isDirectory()) found.add(DEFAULT_FOLDER);
  return [...found].sort();
}

/**
 * Plans what a run sees of pods.
 *
 * Nothing, as a rule. A command that asks for the size or the names of something in a pod's own volume sees that pod, and
 * one that asks what fills the disk sees all of them; what the kubelet fills from the API stays closed to all.
 */
export async function coverPods(mountinfo: string, uses: readonly PathUse[]): Promise<PodCover> {
  const cover = { covered: [] as string[], shown: [] as string[], closed: [] as string[] };
  for (const folder of await findPodFolders(mountinfo)) {
    cover.closed.push(...(await keysBeside(folder)));
    const asked = uses.filter(({ access }) => access !== 'read').map(({ path }) => path);
    if (uses.some(({ path, access }) => access === 'list' && isAtOrAbove(path, folder))) {
      const closed = await closedFolders(folder, await names(folder), mountinfo);
      if (closed.length <= MAX_CLOSED) cover.closed.push(...closed);
      else cover.covered.push(folder);
      continue;
    }
    cover.covered.push(folder);
    const pods = new Set(asked.flatMap((path) => (path.startsWith(`${folder}/`) ? podOf(path, folder) : [])));
    cover.shown.push(...[...pods].map((pod) => join(folder, pod)));
    cover.closed.push(...(await closedFolders(folder, [...pods], mountinfo)));
  }
  return cover;
}

/** All that must be covered where the folders of pods stay in view: the closed volumes, or a folder with too many of them. */
export async function closedPodVolumes(mountinfo: string): Promise<string[]> {
  const all: string[] = [];
  for (const folder of await findPodFolders(mountinfo)) {
    const closed = await closedFolders(folder, await names(folder), mountinfo);
    all.push(...(await keysBeside(folder)), ...(closed.length <= MAX_CLOSED ? closed : [folder]));
  }
  return all;
}

/** Whether a mount is a volume that no run may see, or something in one. */
export function isClosedVolume(point: string): boolean {
  const match = POD_PATH.exec(point);
  if (!match) return false;
  const [kind = '', plugin = ''] = point.slice(`${match[1]}/${match[2]}/`.length).split('/');
  return kind === 'volume-subpaths' || CLOSED_PLUGINS.has(plugin);
}

/** The keys of the kubelet that keeps a folder of pods; those of the usual place are closed in any case. */
async function keysBeside(folder: string): Promise<string[]> {
  const keys = join(dirname(folder), 'pki');
  const isThere = folder !== DEFAULT_FOLDER && (await lstat(keys).catch(() => undefined))?.isDirectory() === true;
  return isThere ? [keys] : [];
}

async function closedFolders(folder: string, pods: readonly string[], mountinfo: string): Promise<string[]> {
  const closed = parseMounts(mountinfo)
    .filter(({ type }) => type === 'tmpfs')
    .map(({ point }) => unescapeMountPoint(point))
    .filter((point) => point.startsWith(`${folder}/`) && point.includes(`/volumes/${CLOSED_DRIVER}/`))
    .filter((point) => pods.some((pod) => point.startsWith(`${folder}/${pod}/`)));
  for (const pod of pods) {
    const volumes = join(folder, pod, 'volumes');
    const plugins = (await names(volumes)).filter((name) => CLOSED_PLUGINS.has(name));
    closed.push(...plugins.map((name) => join(volumes, name)));
    // Parts of a volume, of a secret too, as they are mounted into a container.
    if ((await names(join(folder, pod))).includes('volume-subpaths')) closed.push(join(folder, pod, 'volume-subpaths'));
  }
  return closed;
}

function podOf(path: string, folder: string): string[] {
  const [pod] = path.slice(folder.length + 1).split('/');
  return pod !== undefined && /^[0-9a-f-]{32,36}$/.test(pod) ? [pod] : [];
}

function isAtOrAbove(upper: string, lower: string): boolean {
  return upper === '/' || upper === lower || lower.startsWith(`${upper}/`);
}

async function names(folder: string): Promise<string[]> {
  // A pod that went away meanwhile has nothing to close.
  return readdir(folder).catch(() => []);
}
