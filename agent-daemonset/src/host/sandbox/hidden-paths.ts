import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@nannyapi/process';
import { isSecretPath } from '@nannyapi/protocol';

/** Folders whose contents no run may see. */
const HIDDEN_FOLDERS = [
  '/etc/ssl/private',
  '/etc/pki/tls/private',
  '/etc/kubernetes/pki',
  '/etc/wireguard',
  '/etc/openvpn',
  '/etc/ipsec.d/private',
  '/etc/letsencrypt',
  '/etc/NetworkManager/system-connections',
  '/etc/pve/priv',
  '/etc/sudoers.d',
  '/etc/credstore',
  '/etc/credstore.encrypted',
  '/run/secrets',
  '/run/credentials',
  '/run/user',
  '/var/lib/etcd',
  '/var/lib/rancher',
  '/var/lib/cloud',
  '/var/lib/kubelet/pki',
  '/var/lib/k0s/pki',
  '/var/snap/microk8s/current/certs',
  '/var/snap/microk8s/current/credentials',
  // The settings of running containers, their environment with all that is secret in it among them.
  '/run/containerd/io.containerd.runtime.v2.task',
  '/run/containerd/runc',
  '/run/k3s/containerd/io.containerd.runtime.v2.task',
  '/run/containers',
  '/run/crio',
  '/run/docker/runtime-runc',
  '/run/runc',
  '/var/lib/samba/private',
  '/var/lib/sss/secrets',
  '/var/lib/docker/swarm',
];

/** Files whose contents no run may see. */
const HIDDEN_FILES = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/krb5.keytab',
  '/etc/ppp/chap-secrets',
  '/etc/ppp/pap-secrets',
  '/etc/ipsec.secrets',
  '/etc/mysql/debian.cnf',
  '/etc/rancher/k3s/k3s.yaml',
  '/etc/rancher/rke2/rke2.yaml',
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/super-admin.conf',
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/controller-manager.conf',
  '/etc/kubernetes/scheduler.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/var/lib/kubelet/kubeconfig',
  '/var/lib/kubelet/bootstrap-kubeconfig',
];

/** Below each home; whole homes stay visible, since `du` must be able to say who fills the disk. */
const HIDDEN_IN_HOMES = {
  folders: ['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.password-store', '.config/gcloud', '.config/gh'],
  files: [
    '.netrc',
    '.pgpass',
    '.my.cnf',
    '.git-credentials',
    '.npmrc',
    '.pypirc',
    '.vault-token',
    '.bash_history',
    '.zsh_history',
    '.python_history',
    '.mysql_history',
    '.psql_history',
    '.lesshst',
    '.viminfo',
  ],
};

/** Host keys and the like, found by name in one folder. */
const HIDDEN_BY_NAME = [{ folder: '/etc/ssh', pattern: /^ssh_host_.*_key$/ }];

/** Trees that may be searched as a whole: what is a secret there by its name is found and covered. */
const SEARCHED_TREES = [
  '/etc/nginx',
  '/etc/apache2',
  '/etc/systemd',
  '/etc/default',
  '/etc/lxc',
  '/etc/network',
  '/var/log',
];
const MAX_TREE_DEPTH = 4;
const MAX_TREE_ENTRIES = 4000;
/** Each takes a mount; a tree with more secrets than this is none that is searched for faults. */
const MAX_TREE_SECRETS = 128;

/** How long a look at the host stays good, in milliseconds: homes come and go rarely. */
const FRESH_MS = 30_000;

/** What to cover in the view that a run gets. */
export interface HiddenPaths {
  folders: readonly string[];
  files: readonly string[];
}

/**
 * Finds the secrets of the host that are there now. Only what exists can be covered: nothing can be made on a
 * read-only root. The list is a second fence; the policy refuses to name such files in the first place.
 */
export class HiddenPathFinder {
  readonly #clock: Clock;
  readonly #own: readonly string[];
  #found: { paths: HiddenPaths; atMs: number } | undefined;

  /** @param own paths of the agent itself: its state folder, token and certificate. */
  constructor(clock: Clock, own: readonly string[]) {
    this.#clock = clock;
    this.#own = own;
  }

  /** Existing paths to hide, at most 30 s old. */
  async find(): Promise<HiddenPaths> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#found && nowMs - this.#found.atMs < FRESH_MS) return this.#found.paths;
    const homes = await homeFolders();
    const candidates = [
      ...HIDDEN_FOLDERS,
      ...HIDDEN_FILES,
      ...this.#own,
      ...homes.flatMap((home) =>
        [...HIDDEN_IN_HOMES.folders, ...HIDDEN_IN_HOMES.files].map((name) => join(home, name)),
      ),
      ...(await namedFiles()),
      ...(await secretsIn(SEARCHED_TREES)),
    ];
    const paths = await existing(candidates);
    this.#found = { paths, atMs: nowMs };
    return paths;
  }
}

async function homeFolders(): Promise<string[]> {
  return ['/root', ...(await names('/home')).map((name) => join('/home', name))];
}

async function namedFiles(): Promise<string[]> {
  const found = await Promise.all(
    HIDDEN_BY_NAME.map(async ({ folder, pattern }) =>
      (await names(folder)).filter((name) => pattern.test(name)).map((name) => join(folder, name)),
    ),
  );
  return found.flat();
}

/** Secrets by their name below some folders, breadth first; bounded, for a log folder may hold any number of files. */
async function secretsIn(trees: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let seen = 0;
  let level = [...trees];
  for (let depth = 0; depth < MAX_TREE_DEPTH && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      seen += entries.length;
      if (seen > MAX_TREE_ENTRIES || found.length > MAX_TREE_SECRETS) return found.slice(0, MAX_TREE_SECRETS);
      for (const entry of entries) {
        const path = join(folder, entry.name);
        if (isSecretPath(path)) found.push(path);
        else if (entry.isDirectory()) below.push(path);
      }
    }
    level = below;
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  // A folder that is absent holds nothing to hide.
  return readdir(folder).catch(() => []);
}

/** Symbolic links are left alone: what they lead to is covered at its own place, or is no secret of the list. */
async function existing(candidates: readonly string[]): Promise<HiddenPaths> {
  const folders: string[] = [];
  const files: string[] = [];
  await Promise.all(
    [...new Set(candidates)].map(async (path) => {
      const entry = await lstat(path).catch(() => undefined);
      if (entry?.isDirectory()) folders.push(path);
      else if (entry?.isFile()) files.push(path);
    }),
  );
  return { folders: folders.sort(), files: files.sort() };
}
