import { readFile } from 'node:fs/promises';
import { arch as nodeArch, availableParallelism, hostname, release, totalmem } from 'node:os';
import type { HostFacts } from './host.ts';
import { readOsRelease } from './remedies.ts';

/** Node's names of architectures, as uname(1) has them. */
const ARCH_NAMES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ia32: 'i686' };

/** What the host is; a fact that cannot be read is left out. */
export async function readHostFacts(): Promise<HostFacts> {
  const [os, machineID, bootID, virtualization] = await Promise.all([
    readOsRelease(),
    firstLine('/etc/machine-id'),
    firstLine('/proc/sys/kernel/random/boot_id'),
    findVirtualization(),
  ]);
  return {
    hostname: hostname(),
    platform: 'linux',
    platformFamily: os.family,
    ...(os.name === undefined ? {} : { osName: os.name }),
    ...(os.version === undefined ? {} : { osVersion: os.version }),
    kernelVersion: release(),
    arch: ARCH_NAMES[nodeArch()] ?? nodeArch(),
    ...(machineID === undefined ? {} : { machineID }),
    ...(bootID === undefined ? {} : { bootID }),
    ...(virtualization === undefined ? {} : { virtualization }),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** A container says so itself; a guest shows by its firmware's maker or the CPU flag of hypervisors. */
async function findVirtualization(): Promise<string | undefined> {
  const container = await firstLine('/run/systemd/container');
  if (container !== undefined) return container;
  const vendor = (await firstLine('/sys/class/dmi/id/sys_vendor')) ?? '';
  const known = [
    [/QEMU|Red Hat|Proxmox/i, 'kvm'],
    [/VMware/i, 'vmware'],
    [/Microsoft/i, 'microsoft'],
    [/Xen/i, 'xen'],
    [/innotek|Oracle/i, 'oracle'],
    [/Amazon/i, 'amazon'],
    [/Google/i, 'google'],
  ] as const;
  const found = known.find(([pattern]) => pattern.test(vendor))?.[1];
  if (found !== undefined) return found;
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  if (cpu === '') return undefined;
  return /^flags\s*:.*\bhypervisor\b/m.test(cpu) ? 'vm-other' : 'none';
}

async function firstLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  return line === '' ? undefined : line;
}
