import { factLine, withUnit } from '@nannyapi/protocol';
import type { CollectorHost } from '../../../host/collector-host.ts';
import type { Sample } from '../sample.ts';
import { cgroupLayout } from '../snapshot/cgroup-tree.ts';

/** Lines of item `host`. */
export async function hostLines(host: CollectorHost, sample: Sample): Promise<string[]> {
  const [name, release, version, osRelease, bootID, status] = await Promise.all([
    host.readFile('/proc/sys/kernel/hostname'),
    host.readFile('/proc/sys/kernel/osrelease'),
    host.readFile('/proc/sys/kernel/arch'),
    host.readFile('/etc/os-release'),
    host.readFile('/proc/sys/kernel/random/boot_id'),
    host.readFile('/proc/self/status'),
  ]);
  const isRoot = /^Uid:\s+\d+\s+0\s/mu.test(status ?? '');
  return [
    factLine('host', {
      name: name?.trim(),
      os: /^PRETTY_NAME="?([^"\n]*)/mu.exec(osRelease ?? '')?.[1],
      kernel: release?.trim(),
      arch: version?.trim(),
      cpus: (sample.after.cpu?.cores.size ?? 1) - 1,
      uptime: withUnit(Math.round(sample.after.uptimeSeconds), 's'),
      boot_id: bootID?.trim(),
      cgroups: cgroupLayout(sample.after.mounts),
      privilege: isRoot ? 'root' : 'unprivileged',
    }),
  ];
}
