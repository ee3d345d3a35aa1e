import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { canStandIn, PodStandIn } from '../testing/pod-stand-in.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/nanny-agent.js', import.meta.url));

/** Stands where the agent stands in the image: tells what it finds, then waits for its end. */
const AGENT = `
  const fs = require('node:fs');
  const tryTo = (path) => { try { fs.writeFileSync(path, ''); fs.rmSync(path); return 'written'; } catch (e) { return e.code; } };
  const first = (path) => fs.readFileSync(path, 'utf8').trim();
  console.log(JSON.stringify({
    args: process.argv.slice(2),
    imageDir: process.env.NANNYAPI_AGENT_IMAGE_DIR,
    hasImage: fs.existsSync('/var/lib/nannyapi/image/opt/nannyapi/nanny-agent.js'),
    mounts: first('/proc/self/mountinfo').split('\\n').map((line) => line.split(' ')[4]),
    writes: [tryTo('/etc/nanny-x'), tryTo('/var/lib/nannyapi/x'), tryTo('/proc/sys/kernel/hostname')],
    groups: fs.readdirSync('/sys/fs/cgroup').length,
    isHostsRoot: fs.existsSync('/host') === false || fs.readdirSync('/host').length === 0,
    usr: fs.readdirSync('/usr').length,
    parent: first('/proc/' + process.ppid + '/comm'),
  }));
  if (process.argv.includes('wait')) { setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('"ended"'); process.exit(0); }); }
`;

describe.runIf(canStandIn())('entering the host (needs root, overlayfs and Debian)', () => {
  let pod: PodStandIn | undefined;
  afterEach(async () => pod?.close());

  const enter = async (args: readonly string[], absent: readonly string[] = []): Promise<Record<string, unknown>> => {
    pod = await PodStandIn.create(AGENT);
    const child = pod.start(args, absent);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    try {
      return JSON.parse(out) as Record<string, unknown>;
    } catch {
      throw new Error(`no report: ${out}${err}`);
    }
  };

  it('makes the host’s root the agent’s, with the image as a folder and nothing else of the container', async () => {
    const report = await enter(['run', '--x']);
    expect(report).toMatchObject({
      args: ['run', '--x'],
      imageDir: '/var/lib/nannyapi/image',
      hasImage: true,
      isHostsRoot: true,
    });
    const mounts = report.mounts as string[];
    expect(mounts).toContain('/');
    expect(mounts.filter((mount) => mount.startsWith('/var/lib/nannyapi'))).toEqual([
      '/var/lib/nannyapi',
      '/var/lib/nannyapi/image',
    ]);
    expect(existsSync('/var/lib/nannyapi/image/opt')).toBe(false);
  });

  it('lets the agent write its state and nothing else of the host', async () => {
    const { writes } = await enter([]);
    expect(writes).toEqual(['EROFS', 'written', 'EROFS']);
  });

  it('needs nothing of the host: no C library, no shell, no mount', async () => {
    const { usr, hasImage } = await enter([], ['/usr', '/opt']);
    expect({ usr, hasImage }).toEqual({ usr: 0, hasImage: true });
  });

  it.runIf(existsSync(BUNDLE) && existsSync('/usr/bin/bwrap'))(
    'cages commands fully on a host that has nothing, by the tools of the image (needs a build and bwrap)',
    async () => {
      pod = await PodStandIn.create(await readFile(BUNDLE, 'utf8'));
      const child = pod.start(['probe'], ['/usr']);
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      const { capabilities } = JSON.parse(out) as { capabilities: { sandbox: string; tools: string[] } };
      expect(capabilities, err).toMatchObject({ sandbox: 'Full', imageTools: capabilities.tools });
      expect(capabilities.tools).toEqual(expect.arrayContaining(['cat', 'ps', 'df']));
      expect(capabilities.tools).not.toContain('dpkg');
    },
  );

  it('leaves no process between the container’s runtime and the agent', async () => {
    pod = await PodStandIn.create(AGENT);
    const child = pod.start(['wait']);
    const lines: string[] = [];
    child.stdout.on('data', (data: Buffer) => lines.push(data.toString()));
    const exited = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), exited]);
    // To the stand-in of the runtime, which passes it to the one process it started.
    const [host] = (await childrenOf(child.pid!)) as [number];
    process.kill(host, 'SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(lines.join('')).toContain('"ended"');
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}
