import { delimiter, join } from 'node:path';
import { pathExists } from './path-exists.ts';

/** What the machine must bring for a cluster: a program, and the Debian package that has it. */
const PROGRAMS: readonly (readonly [program: string, packageName: string])[] = [
  ['containerd', 'containerd'],
  ['ctr', 'containerd'],
  ['containerd-shim-runc-v2', 'containerd'],
  ['runc', 'runc'],
  ['ip', 'iproute2'],
  ['mount', 'mount'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['sysctl', 'procps'],
];

/** What was found on the machine. */
export interface MachineParts {
  isRoot: boolean;
  /** Programs on the PATH. */
  programs: ReadonlySet<string>;
  /** The folder of the CNI plugins; undefined when there is none. */
  cniFolder: string | undefined;
}

/** Says in whole sentences what a machine lacks, and how to add it; empty when nothing. */
export function findLacks({ isRoot, programs, cniFolder }: MachineParts): string[] {
  const missing = PROGRAMS.filter(([program]) => !programs.has(program));
  if (!programs.has('nft') && !programs.has('iptables')) missing.push(['nft or iptables', 'nftables']);
  if (cniFolder === undefined)
    missing.push(['the CNI plugins bridge, host-local and portmap', 'containernetworking-plugins']);
  const packages = [...new Set(missing.map(([, packageName]) => packageName))].join(' ');
  return [
    ...(isRoot ? [] : ['A node is made of namespaces, which takes root: run it with sudo.']),
    ...(missing.length === 0
      ? []
      : [`Missing: ${missing.map(([program]) => program).join(', ')}. Add it: apt-get install ${packages}`]),
  ];
}

const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const CNI_PLUGINS = ['bridge', 'host-local', 'portmap', 'loopback'];

/** Looks at the machine. */
export async function lookAtMachine(path: string, isRoot: boolean): Promise<MachineParts> {
  const wanted = [...PROGRAMS.map(([program]) => program), 'nft', 'iptables'];
  const programs = new Set<string>();
  for (const program of wanted) {
    for (const folder of path.split(delimiter)) if (await pathExists(join(folder, program))) programs.add(program);
  }
  let cniFolder: string | undefined;
  for (const folder of CNI_FOLDERS) {
    const found = await Promise.all(CNI_PLUGINS.map((plugin) => pathExists(join(folder, plugin))));
    if (found.every(Boolean)) cniFolder ??= folder;
  }
  return { isRoot, programs, cniFolder };
}
