import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@nannyapi/process';
import type { Clock, Logger } from '@nannyapi/process';
import { createKubeClient } from '@nannyapi/runtime';
import type { KubeClient } from '@nannyapi/runtime';
import { startApiServer } from '../src/server/start-api-server.ts';
import type { ApiServerHandle } from '../src/server/start-api-server.ts';
import { readOwnCrds } from './own-crds.ts';

/** How {@link startTestApiServer} differs from the ordinary. */
export interface TestApiServerOptions {
  /** Parsed CRDs. Default: the project's own. */
  crds?: unknown[];
  /** An existing data folder, left in place at the end; default a fresh one that is removed. */
  dataDir?: string;
  /** Default: any free port. */
  port?: number;
  clock?: Clock;
  /** Default: the product's. */
  windowRevisions?: number;
  log?: Logger;
}

/** An API server for one test file. */
export interface TestApiServer extends Omit<ApiServerHandle, 'close'> {
  dataDir: string;
  /** A kubeconfig file of the admin, for kubectl. */
  kubeconfigPath: string;
  /** A client of the admin. */
  client: KubeClient;
  /** Stops the server and removes its folder. */
  close(): Promise<void>;
}

/** Starts an API server on loopback in a fresh temporary folder, with the project's CRDs unless others are given. */
export async function startTestApiServer(options: TestApiServerOptions = {}): Promise<TestApiServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'nannyapi-test-')));
  const log = options.log ?? createLogger({ name: 'test-api-server', level: 'warn' });
  const removeFolder = async (): Promise<void> => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const server = await startApiServer({
      dataDir,
      port: options.port ?? 0,
      crds: options.crds ?? (await readOwnCrds()),
      log,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.windowRevisions === undefined ? {} : { windowRevisions: options.windowRevisions }),
    });
    const kubeconfigPath = join(dataDir, 'admin.kubeconfig');
    await writeFile(kubeconfigPath, server.kubeconfig(), { mode: 0o600 });
    const { url, caPem, adminToken } = server;
    const client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'nannyapi-test', log });
    const close = async (): Promise<void> => {
      await client.close();
      await server.close();
      await removeFolder();
    };
    return { ...server, dataDir, kubeconfigPath, client, close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
