import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { kubeconfig } from '../src/kubeconfig.ts';
import { issueServerCertificate, makeAuthority } from '../src/tls/certificate-authority.ts';
import { ChildProgram } from './child-program.ts';
import { findFreePorts } from './free-ports.ts';
import { RawClient } from './raw-client.ts';

/** How {@link startKubeApiServer} differs from the ordinary. */
export interface KubeApiServerOptions {
  /** Where the programs are: `findKubeBinaries()`. */
  binaries: string;
  /** False lets etcd answer before its disk has: for tests. Default true, as it is run. */
  fsync?: boolean;
  /** False leaves out the controller manager, and with it garbage collection and the end of namespaces. Default true. */
  controllers?: boolean;
}

/** A real kube-apiserver on loopback. */
export interface KubeApiServer {
  url: string;
  caPem: string;
  /** Bearer token of a member of `system:masters`. */
  adminToken: string;
  kubeconfigPath: string;
  /** Process ids by program, for figures of memory and CPU. */
  pids: Readonly<Record<'etcd' | 'kube-apiserver', number>>;
  /** Ends all programs and removes their folder. */
  close(): Promise<void>;
}

const ADMIN_TOKEN = 'contract-admin-token';
const READY_MS = 90_000;
const START_ATTEMPTS = 3;
const POLL_MS = 50;
/** Those that an API server's clients notice; the rest of some fifty only costs. */
const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'clusterrole-aggregation-controller',
].join(',');
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/**
 * Starts etcd, kube-apiserver and kube-controller-manager in a fresh folder; resolves when the server is ready.
 *
 * @throws Error with the last words of the program that failed.
 */
export async function startKubeApiServer(options: KubeApiServerOptions): Promise<KubeApiServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // A port that was free when it was chosen may have been taken since.
      if (attempt === START_ATTEMPTS || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function startOnce(options: KubeApiServerOptions): Promise<KubeApiServer> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-kube-'));
  started.defer(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [etcdPort = 0, port = 0] = await findFreePorts(2);
  const url = `https://127.0.0.1:${port}`;
  const caPem = await writeCredentials(folder, url);
  const run = (program: string, args: readonly string[]): ChildProgram => {
    const child = new ChildProgram(join(options.binaries, program), args, join(folder, `${program}.log`));
    started.defer(async () => await child.kill());
    return child;
  };
  const etcd = run('etcd', etcdArguments(folder, etcdPort, options.fsync ?? true));
  const apiServer = run('kube-apiserver', apiServerArguments(folder, { etcdPort, port }));
  await untilReady({ url, caPem, adminToken: ADMIN_TOKEN }, [etcd, apiServer]);
  if (options.controllers ?? true) run('kube-controller-manager', controllerArguments(folder));
  const running = started.move();
  return {
    url,
    caPem,
    adminToken: ADMIN_TOKEN,
    kubeconfigPath: join(folder, 'admin.kubeconfig'),
    pids: { etcd: etcd.pid ?? 0, 'kube-apiserver': apiServer.pid ?? 0 },
    close: async () => await running.disposeAsync(),
  };
}

/** @returns the authority of the server's certificate, PEM. */
async function writeCredentials(folder: string, url: string): Promise<string> {
  const now = systemClock.now();
  const authority = await makeAuthority(now);
  const server = await issueServerCertificate(authority, ['localhost', '127.0.0.1'], now);
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const config = kubeconfig({ url, caPem: authority.certPem, token: ADMIN_TOKEN });
  const files: Record<string, string> = {
    'ca.crt': authority.certPem,
    'server.crt': server.certPem,
    'server.key': server.keyPem,
    'accounts.key': accounts.export({ type: 'pkcs1', format: 'pem' }).toString(),
    'tokens.csv': `${ADMIN_TOKEN},admin,uid-admin,"system:masters"\n`,
    'admin.kubeconfig': config,
  };
  await mkdir(join(folder, 'etcd'), { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
  return authority.certPem;
}

function etcdArguments(folder: string, port: number, fsync: boolean): string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    '--log-level=warn',
    `--listen-client-urls=http://127.0.0.1:${port}`,
    `--advertise-client-urls=http://127.0.0.1:${port}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    ...(fsync ? [] : ['--unsafe-no-fsync']),
  ];
}

function apiServerArguments(folder: string, ports: { etcdPort: number; port: number }): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdPort}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.port}`,
    `--tls-cert-file=${join(folder, 'server.crt')}`,
    `--tls-private-key-file=${join(folder, 'server.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    // As every cluster has it: agents of nodes are privileged pods.
    '--allow-privileged=true',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${join(folder, 'accounts.key')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    // The Service "kubernetes" would be told an address of this machine's network.
    '--endpoint-reconciler-type=none',
  ];
}

function controllerArguments(folder: string): string[] {
  return [
    `--kubeconfig=${join(folder, 'admin.kubeconfig')}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--controllers=${CONTROLLERS}`,
    `--service-account-private-key-file=${join(folder, 'accounts.key')}`,
  ];
}

async function untilReady(
  server: { url: string; caPem: string; adminToken: string },
  programs: readonly ChildProgram[],
): Promise<void> {
  const raw = new RawClient(server);
  const deadlineMs = systemClock.monotonicMs() + READY_MS;
  try {
    for (;;) {
      const answer = await raw.send('GET', '/readyz').catch(() => undefined); // It does not listen yet.
      if (answer?.code === 200) return;
      const ended = programs.find((program) => program.hasEnded);
      if (ended !== undefined) throw new Error(`A program of the control plane ended:\n${await ended.tail()}`);
      if (systemClock.monotonicMs() > deadlineMs) {
        throw new Error(`kube-apiserver is not ready: ${answer?.text ?? ''}\n${await programs.at(-1)?.tail()}`);
      }
      await systemClock.sleep(POLL_MS);
    }
  } finally {
    raw.close();
  }
}
