import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage, type Logger } from '@nannyapi/process';
import { createKubeClient, isKubeError, type KubeClient } from '@nannyapi/runtime';
import { startApiServer, type ApiServerHandle } from '@nannyapi/standalone';
import { moveError } from './move-error.ts';

/** A control plane that is read, whether it runs or not. */
export interface ExportSource {
  client: KubeClient;
  close(): Promise<void>;
}

/** Where a control plane keeps its state, and how it is reached when it runs. */
export interface SourceOptions {
  dataDir: string;
  /** Used when the control plane runs. */
  kubeconfigPath: string;
  log: Logger;
  signal: AbortSignal;
}

const USER_AGENT = 'nanny-export';
/** A control plane on this machine answers within milliseconds, or has another address. */
const ANSWER_MS = 10_000;

/**
 * Opens the data folder of a control plane for reading.
 *
 * The lock of the folder tells whether the control plane runs. If it does, its API is asked. If not, its API server
 * alone is started, on a free port of loopback, until `close`: nothing is investigated meanwhile.
 *
 * @throws CodedError `NoDataFolder`, `ControlPlaneUnreachable`, or what keeps the API server from starting
 */
export async function openSource(options: SourceOptions): Promise<ExportSource> {
  const folder = join(options.dataDir, 'api-server');
  await requireFolder(folder, options.dataDir);
  let server: ApiServerHandle;
  try {
    // No CRDs: those that are stored say what is stored.
    server = await startApiServer({ dataDir: folder, port: 0, crds: [], log: options.log });
  } catch (error) {
    if (errorCode(error) === 'DataFolderInUse') return openRunning(options, error);
    throw error;
  }
  const { url, caPem, adminToken: token } = server;
  const client = createKubeClient({ server: { url, caPem, token }, userAgent: USER_AGENT, log: options.log });
  return {
    client,
    close: async () => {
      await client.close();
      await server.close();
    },
  };
}

async function requireFolder(folder: string, dataDir: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
  throw moveError('NoDataFolder', `--data: ${dataDir} holds nothing that a control plane has stored`);
}

async function openRunning({ kubeconfigPath, log, signal }: SourceOptions, inUse: unknown): Promise<ExportSource> {
  const client = createKubeClient({ kubeconfigPath, userAgent: USER_AGENT, log });
  try {
    await client.raw('GET', '/version', undefined, { signal, deadlineMs: ANSWER_MS });
  } catch (error) {
    await client.close();
    if (isKubeError(error, 'Aborted')) throw error;
    throw moveError(
      'ControlPlaneUnreachable',
      `${errorMessage(inUse)} It does not answer under ${kubeconfigPath} (${errorMessage(error)}): give the --kubeconfig that it was started with`,
      { cause: error },
    );
  }
  return { client, close: () => client.close() };
}
