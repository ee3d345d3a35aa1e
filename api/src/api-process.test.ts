/** The facade as it runs in a cluster: a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { startTestApiServer, type TestApiServer } from '@nannyapi/standalone/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { makeCertificate } from '../testing/certificate.ts';

let server: TestApiServer;
let folder: string;
let facade: ChildProcess;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  server = await startTestApiServer();
  folder = await mkdtemp(join(tmpdir(), 'nannyapi-api-'));
  await putCertificate('first');
});
afterEach(async () => {
  if (facade.exitCode === null && facade.signalCode === null) {
    facade.kill('SIGKILL');
    await once(facade, 'exit');
  }
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Swaps the folder of certificate and key as a Secret's volume does. */
async function putCertificate(name: string): Promise<void> {
  await mkdir(join(folder, name));
  const { certPem, keyPem } = makeCertificate(`${name}.example`);
  await writeFile(join(folder, name, 'tls.crt'), certPem);
  await writeFile(join(folder, name, 'tls.key'), keyPem);
  await symlink(name, join(folder, 'next'));
  await rename(join(folder, 'next'), join(folder, 'tls'));
}

function start(env: Record<string, string> = {}): void {
  lines = [];
  facade = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      NANNYAPI_API_KUBECONFIG: server.kubeconfigPath,
      NANNYAPI_API_HOST: '127.0.0.1',
      NANNYAPI_API_PORT: '0',
      NANNYAPI_API_PROBE_HOST: '127.0.0.1',
      NANNYAPI_API_PROBE_PORT: '0',
      NANNYAPI_API_SHUTDOWN_DELAY_SECONDS: '1',
      NANNYAPI_API_TLS_CERT_FILE: join(folder, 'tls/tls.crt'),
      NANNYAPI_API_TLS_KEY_FILE: join(folder, 'tls/tls.key'),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  createInterface({ input: facade.stderr! }).on('line', (line) => {
    lines.push(line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { line });
  });
}

const said = (msg: string) => {
  const found = lines.find((line) => line.msg === msg);
  if (!found) throw new Error(`It has not said ${msg}: ${JSON.stringify(lines)}`);
  return found;
};
const probe = async (path: string) =>
  (await fetch(`http://127.0.0.1:${String(said('Serving health and metrics').port)}${path}`)).status;

async function servedName(): Promise<string> {
  const port = Number(new URL(String(said('Serving people and agents').url)).port);
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

describe('a facade of its own', () => {
  it('is ready without agents, and not any more from the moment it is told to end, which ends well', async () => {
    start();
    await eventually(async () => expect(await probe('/readyz')).toBe(200));
    expect(await probe('/healthz')).toBe(200);
    expect(await probe('/metrics')).toBe(200);
    const exited = once(facade, 'exit');
    facade.kill('SIGTERM');
    await eventually(async () => expect(await probe('/readyz')).toBe(500));
    expect(await servedName()).toBe('first.example');
    expect((await exited)[0]).toBe(0);
    said('Ended all streams and requests');
  });

  it('serves a renewed certificate without a restart', async () => {
    start();
    await eventually(() => said('Serving people and agents'));
    expect(await servedName()).toBe('first.example');
    await putCertificate('second');
    await eventually(() => said('Serving a new certificate'));
    expect(await servedName()).toBe('second.example');
  });

  it('does not start with a key that is not that of the certificate', async () => {
    await writeFile(join(folder, 'first/tls.key'), makeCertificate('other.example').keyPem);
    start();
    await eventually(() => expect(facade.exitCode).toBe(1));
    await eventually(() => expect(lines.at(-1)).toEqual({ line: expect.stringMatching(/\[CertificateUnusable\]$/) }));
  });
});
