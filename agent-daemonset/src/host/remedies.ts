import { readFile } from 'node:fs/promises';

/** Family of distributions, by what installs packages there. */
export type PlatformFamily = 'debian' | 'rhel' | 'suse' | 'alpine' | 'arch' | 'unknown';

/** The fields of os-release(5) that the agent uses. */
export interface OsRelease {
  id: string;
  name?: string;
  version?: string;
  family: PlatformFamily;
}

const FAMILY_OF: Readonly<Record<string, PlatformFamily>> = {
  debian: 'debian',
  ubuntu: 'debian',
  raspbian: 'debian',
  rhel: 'rhel',
  fedora: 'rhel',
  centos: 'rhel',
  suse: 'suse',
  'opensuse-leap': 'suse',
  sles: 'suse',
  opensuse: 'suse',
  alpine: 'alpine',
  arch: 'arch',
};

const INSTALL: Readonly<Record<PlatformFamily, string>> = {
  debian: 'apt-get install',
  rhel: 'dnf install',
  suse: 'zypper install',
  alpine: 'apk add',
  arch: 'pacman -S',
  unknown: 'install the package',
};

/** Packages that bring a tool, where they are not named like it; `undefined` for a family: the same as `default`. */
const PACKAGE_OF: Readonly<Record<string, Partial<Record<PlatformFamily, string>> & { default: string }>> = {
  bwrap: { default: 'bubblewrap' },
  setpriv: { default: 'util-linux', alpine: 'setpriv' },
  prlimit: { default: 'util-linux', alpine: 'util-linux-misc' },
  iostat: { default: 'sysstat' },
  mpstat: { default: 'sysstat' },
  pidstat: { default: 'sysstat' },
  sar: { default: 'sysstat' },
  ss: { default: 'iproute2', rhel: 'iproute' },
  ip: { default: 'iproute2', rhel: 'iproute' },
  tc: { default: 'iproute2', rhel: 'iproute-tc' },
  ping: { default: 'iputils', debian: 'iputils-ping' },
  dig: { default: 'bind-utils', debian: 'dnsutils', alpine: 'bind-tools', arch: 'bind' },
  ps: { default: 'procps', rhel: 'procps-ng', arch: 'procps-ng' },
  top: { default: 'procps', rhel: 'procps-ng', arch: 'procps-ng' },
  vmstat: { default: 'procps', rhel: 'procps-ng', arch: 'procps-ng' },
  free: { default: 'procps', rhel: 'procps-ng', arch: 'procps-ng' },
  smartctl: { default: 'smartmontools' },
  nvme: { default: 'nvme-cli' },
  perf: { default: 'perf', debian: 'linux-perf' },
  nft: { default: 'nftables' },
  lspci: { default: 'pciutils' },
};

/** Reads os-release(5). */
export async function readOsRelease(): Promise<OsRelease> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return parseOsRelease(text);
  }
  return { id: 'unknown', family: 'unknown' };
}

/** Takes os-release(5) apart: shell assignments, of which only quotes matter here. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=["']?(.*?)["']?$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const id = fields.get('ID') ?? 'unknown';
  const likes = [id, ...(fields.get('ID_LIKE') ?? '').split(' ')];
  const family = likes.map((name) => FAMILY_OF[name]).find((found) => found !== undefined) ?? 'unknown';
  const name = fields.get('PRETTY_NAME') ?? fields.get('NAME');
  const version = fields.get('VERSION_ID');
  return { id, family, ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) };
}

/** The command that brings a tool, for a person to run as root. */
export function installCommand(tool: string, family: PlatformFamily): string {
  const packages = PACKAGE_OF[tool];
  return `${INSTALL[family]} ${packages?.[family] ?? packages?.default ?? tool}`;
}
