import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SUITE = 'bookworm';
/** What a small server has; and nothing of what the agent brings itself. */
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'curl', 'ca-certificates', 'procps', 'iproute2', 'bubblewrap'];
/** Of the machine that makes it nothing is kept; each disk gets an identity of its own at its first boot. */
const FORGET = [
  'rm -rf "$1"/etc/resolv.conf "$1"/etc/hostname "$1"/var/lib/apt/lists/* "$1"/var/log/*',
  'echo uninitialized > "$1"/etc/machine-id',
  'rm -f "$1"/var/lib/dbus/machine-id',
  // There is no console to log in at.
  'chroot "$1" systemctl mask console-getty.service',
];
const TIMEOUT_MS = 300_000;

/** A Debian with systemd, as a tar archive that is made once and kept below `~/.cache/nannyapi`. */
export async function machineRoot(): Promise<string> {
  const inputs = JSON.stringify([SUITE, PACKAGES, FORGET]);
  const digest = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'nannyapi', `install-root-${digest}.tar`);
  if (existsSync(path)) return path;
  await mkdir(join(cache, 'nannyapi'), { recursive: true });
  const temporaryPath = join(cache, 'nannyapi', `.install-root-${randomBytes(4).toString('hex')}.tar`);
  try {
    const hooks = FORGET.map((line) => `--customize-hook=${line}`);
    const args = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, ...hooks, SUITE, temporaryPath];
    await run('mmdebstrap', args, { timeout: TIMEOUT_MS, maxBuffer: 64 << 20 });
    await rename(temporaryPath, path);
  } finally {
    await rm(temporaryPath, { force: true });
  }
  return path;
}
