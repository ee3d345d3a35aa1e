import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findKubeBinaries, RawClient, readOwnCrds, startKubeApiServer } from '@nannyapi/standalone/testing';
import { startBundledStandalone } from '../bundle.ts';
import { cpuMsOf, memoryOf } from '../process-figures.ts';
import { withFolder } from '../processes.ts';

/** An API server to be measured. */
export interface MeasuredServer {
  url: string;
  caPem: string;
  adminToken: string;
  /** All processes that are it: two for kube-apiserver and etcd. */
  pids: readonly number[];
}

/** The servers of one run, in the order in which they take turns. */
export interface Servers {
  standalone: MeasuredServer;
  /** Undefined where its programs are not on this machine. */
  kubeApiServer: MeasuredServer | undefined;
}

const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const CRD_DEADLINE_MS = 30_000;

/**
 * Gives work both servers, side by side, with the CRDs of this project: the bundled standalone API server, and
 * kube-apiserver with etcd, which syncs its disk as well. Without the controller manager, which would only cost.
 */
export function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const started = await startBundledStandalone(folder, '--api-server-only');
    try {
      const standalone = { ...(await readAccess(folder)), pids: [started.child.pid] };
      const binaries = findKubeBinaries();
      if ('missing' in binaries) {
        console.error(`kube-apiserver: ${binaries.missing}`);
        return await work({ standalone, kubeApiServer: undefined });
      }
      const kube = await startKubeApiServer({ binaries: binaries.folder, fsync: true, controllers: false });
      try {
        const kubeApiServer = { ...kube, pids: Object.values(kube.pids) };
        await installCrds(kubeApiServer);
        return await work({ standalone, kubeApiServer });
      } finally {
        await kube.close();
      }
    } finally {
      await started.stop();
    }
  });
}

/** How a standalone control plane on a data folder is reached, from the files that it writes. */
export async function readAccess(dataDir: string): Promise<Omit<MeasuredServer, 'pids'>> {
  const read = async (name: string): Promise<string> => (await readFile(join(dataDir, name), 'utf8')).trim();
  const url = /server: "?(https:[^"\s]+)/.exec(await read('kubeconfig'))?.[1];
  if (url === undefined) throw new Error('The kubeconfig names no server');
  return { url, caPem: await read('api-server/ca.crt'), adminToken: await read('api-server/admin.token') };
}

/** Processor time of all its processes, ms. */
export function serverCpuMs(server: MeasuredServer): number {
  return server.pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** Resident memory of all its processes, MiB. */
export function serverRssMiB(server: MeasuredServer): number {
  return server.pids.reduce((sum, pid) => sum + memoryOf(pid).rssMiB, 0);
}

async function installCrds(server: MeasuredServer): Promise<void> {
  const raw = new RawClient(server);
  try {
    for (const crd of await readOwnCrds()) await raw.send('POST', CRD_PATH, { body: crd });
    const deadlineMs = performance.now() + CRD_DEADLINE_MS;
    while ((await raw.send('GET', '/apis/nannyai.dev/v1alpha1/agenttasks')).code !== 200) {
      if (performance.now() > deadlineMs) throw new Error('kube-apiserver does not serve the CRDs');
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  } finally {
    raw.close();
  }
}
