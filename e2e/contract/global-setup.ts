import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { findKubeBinaries, startKubeApiServer, startTestApiServer } from '@nannyapi/standalone/testing';
import { load } from 'js-yaml';
import type { TestProject } from 'vitest/node';

/** Where a server is and how to be its admin. */
export interface ServerAccess {
  url: string;
  caPem: string;
  adminToken: string;
  kubeconfigPath: string;
}

/** The servers that the contract suite runs against. */
export interface ContractServers {
  standalone: ServerAccess;
  kube: ServerAccess | { missing: string };
}

declare module 'vitest' {
  interface ProvidedContext {
    contractServers: ContractServers;
  }
}

/**
 * Starts both servers once for all files of the suite.
 *
 * `NANNYAPI_CONTRACT_KUBECONFIG` names the kubeconfig (with a bearer token) of a cluster to be used in place of a
 * kube-apiserver of our own.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const standalone = await startTestApiServer({ crds: [] });
  started.defer(async () => await standalone.close());
  const kube = await findKube(started);
  project.provide('contractServers', { standalone: accessOf(standalone), kube });
  const running = started.move();
  return async () => await running.disposeAsync();
}

async function findKube(started: AsyncDisposableStack): Promise<ContractServers['kube']> {
  const given = env['NANNYAPI_CONTRACT_KUBECONFIG'];
  if (given !== undefined && given !== '') return readAccess(given);
  const binaries = findKubeBinaries();
  if ('missing' in binaries) return binaries;
  const server = await startKubeApiServer({ binaries: binaries.folder, fsync: false });
  started.defer(async () => await server.close());
  return accessOf(server);
}

/** Only what crosses to the test processes: the handles also hold functions. */
function accessOf({ url, caPem, adminToken, kubeconfigPath }: ServerAccess): ServerAccess {
  return { url, caPem, adminToken, kubeconfigPath };
}

function readAccess(kubeconfigPath: string): ServerAccess {
  const config = load(readFileSync(kubeconfigPath, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data'?: string } }[];
    users: { user: { token?: string } }[];
  };
  const cluster = config.clusters[0]?.cluster;
  const token = config.users[0]?.user.token;
  if (cluster?.['certificate-authority-data'] === undefined || token === undefined) {
    throw new Error(
      `${kubeconfigPath}: the first cluster must have certificate-authority-data, the first user a token`,
    );
  }
  const caPem = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  return { url: cluster.server, caPem, adminToken: token, kubeconfigPath };
}
