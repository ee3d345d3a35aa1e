import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { FakeClock, createLogger } from '@nannyapi/process';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../http/create-app.ts';
import { registerInstallRoutes } from './install-routes.ts';
import { PackedAgent } from './packed-agent.ts';

const run = promisify(execFile);
const NODE = Buffer.alloc(300_001, 'node');

describe('the agent that a control plane gives out', () => {
  let dir: string;
  let app: FastifyInstance;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nanny-packed-'));
    await mkdir(join(dir, 'install'));
    await writeFile(join(dir, 'node'), NODE);
    await writeFile(join(dir, 'nanny-agent.js'), 'agent();\n');
    await writeFile(join(dir, 'launcher'), '#!/bin/sh\n');
    await writeFile(join(dir, 'install/install.sh'), '#!/bin/sh\necho hello\n');
    await writeFile(join(dir, 'install/nannyapi-agent.service'), '[Service]\n');
  });
  afterEach(async () => {
    await app?.close();
    await rm(dir, { recursive: true, force: true });
  });

  const packed = (version = '1.2.3'): PackedAgent =>
    new PackedAgent({
      nodePath: join(dir, 'node'),
      arch: 'x64',
      bundlePath: join(dir, 'nanny-agent.js'),
      installFolder: join(dir, 'install'),
      launcherPath: join(dir, 'launcher'),
      version,
      cacheFolder: join(dir, 'cache'),
    });
  const packages = async (): Promise<string[]> =>
    (await readdir(join(dir, 'cache'))).filter((name) => name.endsWith('.gz'));
  const serve = (deps: Parameters<typeof registerInstallRoutes>[1]): void => {
    app = createApp({
      authenticator: { authenticate: async () => undefined },
      clock: new FakeClock(),
      log: createLogger({ name: 'test', level: 'silent' }),
    });
    registerInstallRoutes(app, deps);
  };

  it('is an archive that tar unpacks, with its modes, whole', async () => {
    const { bytes, sha256, read } = await packed().open('x64');
    const archive = await buffer(read());
    expect(archive).toHaveLength(bytes);
    expect(createHash('sha256').update(archive).digest('hex')).toBe(sha256);
    await writeFile(join(dir, 'a.tar.gz'), archive);
    const { stderr } = await run('tar', ['-xzf', join(dir, 'a.tar.gz'), '-C', dir, '--no-same-owner']);
    expect(stderr).toBe('');
    const at = (name: string): string => join(dir, 'nanny-agent', name);
    expect((await readdir(join(dir, 'nanny-agent'))).sort()).toEqual([
      'VERSION',
      'install.sh',
      'nanny-agent',
      'nanny-agent.js',
      'nannyapi-agent.service',
      'node',
    ]);
    expect(await readFile(at('node'))).toEqual(NODE);
    expect(await readFile(at('VERSION'), 'utf8')).toBe('1.2.3\n');
    expect((await stat(at('nanny-agent'))).mode & 0o777).toBe(0o755);
    expect((await stat(at('nanny-agent.js'))).mode & 0o777).toBe(0o644);
  });

  it('is packed once, however many ask at once and after a restart, and anew when the bundle is another', async () => {
    const agent = packed();
    const all = await Promise.all([agent.open('x64'), agent.open('x64'), agent.open('x64')]);
    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(1);
    const [name = ''] = await packages();
    const { mtimeMs } = await stat(join(dir, 'cache', name));
    await packed().open('x64');
    expect((await stat(join(dir, 'cache', name))).mtimeMs).toBe(mtimeMs);
    await writeFile(join(dir, 'nanny-agent.js'), 'better();\n');
    await packed().open('x64');
    expect(await packages()).toHaveLength(1);
    expect(await packages()).not.toContain(name);
  });

  it('is the same for the same files, so that replicas agree on its checksum', async () => {
    const { sha256 } = await packed().open('x64');
    await rm(join(dir, 'cache'), { recursive: true });
    expect((await packed().open('x64')).sha256).toBe(sha256);
  });

  it('comes over HTTP with its length, and its checksum in the words of sha256sum', async () => {
    serve({ agentPackage: packed(), caPem: 'PEM\n' });
    const download = await app.inject('/download/nanny-agent-linux-x64.tar.gz');
    expect(download.statusCode).toBe(200);
    expect(download.headers['content-length']).toBe(String(download.rawPayload.length));
    const sum = await app.inject('/download/nanny-agent-linux-x64.tar.gz.sha256');
    expect(sum.body).toBe(
      `${createHash('sha256').update(download.rawPayload).digest('hex')}  nanny-agent-linux-x64.tar.gz\n`,
    );
    expect((await app.inject('/install.sh')).body).toContain('echo hello');
    expect((await app.inject('/ca.crt')).body).toBe('PEM\n');
  });

  it('says in words what it has not: another architecture, a bundle that was not built, an authority of its own', async () => {
    serve({ agentPackage: packed() });
    const other = await app.inject('/download/nanny-agent-linux-arm64.tar.gz');
    expect([other.statusCode, other.json()]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('no agent for arm64') }),
    ]);
    expect((await app.inject('/download/nanny-agent-linux-riscv64.tar.gz')).statusCode).not.toBe(200);
    expect((await app.inject('/ca.crt')).statusCode).toBe(404);
    await rm(join(dir, 'nanny-agent.js'));
    const unbuilt = await app.inject('/download/nanny-agent-linux-x64.tar.gz');
    expect([unbuilt.statusCode, unbuilt.json()]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('npm run build') }),
    ]);
    await app.close();
    serve({});
    expect((await app.inject('/install.sh')).json()).toMatchObject({
      status: 404,
      detail: expect.stringContaining('DaemonSet'),
    });
  });
});
