import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ENTER_HOST = fileURLToPath(new URL('../bin/enter-host', import.meta.url));

/**
 * Lays out what a container runtime would: the image as the root, this machine at /host as a slave, the state folder
 * writable, a /dev of its own. Process 1 of a namespace of its own stands for the host's.
 */
const CONTAINER = `
  mount -t tmpfs tmpfs "$WORK/mnt" && mkdir "$WORK/mnt/up" "$WORK/mnt/work" "$WORK/mnt/root"
  root=$WORK/mnt/root
  cp -a "$WORK/image/." "$WORK/mnt/up/" && cp "$NODE" "$WORK/mnt/up/usr/local/bin/node"
  mount -t overlay -o "lowerdir=/,upperdir=$WORK/mnt/up,workdir=$WORK/mnt/work" overlay "$root"
  mkdir -p "$root/host" "$root/old"
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/dev" && mkdir "$root/dev/shm" && mknod "$root/dev/null" c 1 3
  mount --rbind / "$root/host" && mount --make-rslave "$root/host"
  [ -d /var/lib/nannyapi ] || mount --bind "$WORK/lib" "$root/host/var/lib"
  mount --bind "$WORK/state" "$root/host/var/lib/nannyapi"
  for folder in $ABSENT; do mount -t tmpfs -o ro tmpfs "$root/host$folder"; done
  cd "$root" && pivot_root . old && umount -l /old
  exec /opt/nannyapi/enter-host "$@"
`;

/** Whether this machine can stand for a host and its own Debian for the agent's image. */
export function canStandIn(): boolean {
  if (process.getuid?.() !== 0) return false;
  const trial =
    'mount -t tmpfs x /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w x /mnt/r && ls -d /mnt/r/usr/lib/*-linux-gnu';
  return (
    spawnSync('unshare', ['--mount', '--pid', '--fork', '--', 'sh', '-c', trial], { stdio: 'ignore' }).status === 0
  );
}

/** The agent's pod on this machine, with a script in the agent's place. */
export class PodStandIn {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** @param agent what runs as `nanny-agent.js` once the host is entered. */
  static async create(agent: string): Promise<PodStandIn> {
    const dir = await mkdtemp(join(tmpdir(), 'nanny-pod-'));
    for (const folder of ['mnt', 'state', 'lib/nannyapi', 'image/opt/nannyapi', 'image/usr/local/bin']) {
      await mkdir(join(dir, folder), { recursive: true });
    }
    await copyFile(ENTER_HOST, join(dir, 'image/opt/nannyapi/enter-host'));
    await writeFile(join(dir, 'image/opt/nannyapi/nanny-agent.js'), agent);
    return new PodStandIn(dir);
  }

  /** @param absent folders of the host that are empty. */
  start(args: readonly string[], absent: readonly string[] = []): ChildProcessByStdio<null, Readable, Readable> {
    const words = ['--mount', '--propagation', 'slave', '--', 'sh', '-euc', CONTAINER, 'container', ...args];
    // The shell waits as process 1; the kernel ends all when it does.
    const first = `unshare "$@" & child=$!; trap 'kill -TERM $child' TERM; wait $child; wait $child`;
    const host = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', '--'];
    return spawn('unshare', [...host, 'sh', '-c', first, 'host', ...words], {
      env: {
        PATH: process.env.PATH,
        WORK: this.dir,
        NODE: process.execPath,
        ABSENT: absent.join(' '),
        NANNYAPI_AGENT_STATE_DIR: '/var/lib/nannyapi/agent',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async close(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}
