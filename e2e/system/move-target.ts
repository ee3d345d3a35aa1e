import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AgentResource,
  AgentTaskResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Investigation,
} from '@nannyapi/crds';
import { createOperator, loadOperatorConfig } from '@nannyapi/operator';
import { createLogger, systemClock } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { readOwnCrds, startKubeApiServer, startTestApiServer } from '@nannyapi/standalone/testing';
import { vi } from 'vitest';
import { HoldingProxy } from './holding-proxy.ts';

/** An API server that an export is imported into. */
export interface MoveTarget {
  url: string;
  caPem: string;
  adminToken: string;
  kubeconfigPath: string;
  client: KubeClient;
  /** A folder for files of tests. */
  folder: string;
  /** A slow line to the server. */
  openProxy(): Promise<HoldingProxy>;
  /** Starts the product's operator; stop it with the result. */
  startOperator(): Promise<() => Promise<void>>;
  /** Makes an agent that could be given work at once. */
  connectAgent(namespace: string): Promise<void>;
  run(namespace: string, name: string): Promise<Investigation>;
  /** Waits until a run is as wanted; tells its last state otherwise. */
  until(namespace: string, name: string, isWanted: (run: Investigation) => boolean): Promise<Investigation>;
  /** Asks a new question and waits until the operator gives work for it; the names of all tasks of the namespace. */
  tasksAfterNewQuestion(namespace: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts a real kube-apiserver when it is told where the programs are, else the embedded one; with our kinds. */
export async function startMoveTarget(kubeBinaries?: string): Promise<MoveTarget> {
  const server = kubeBinaries
    ? await startKubeApiServer({ binaries: kubeBinaries, fsync: false })
    : await startTestApiServer({ crds: [] });
  const { url, caPem, adminToken, kubeconfigPath } = server;
  const folder = await mkdtemp(join(tmpdir(), 'nannyapi-move-target-'));
  const log = createLogger({ name: 'move-target', level: 'error' });
  const client = createKubeClient({ server: { url, caPem, token: adminToken }, userAgent: 'move-test', log });
  await installKinds(client);
  const runs = client.resource<Investigation>(InvestigationResource);
  const tasks = client.resource<AgentTask>(AgentTaskResource);
  const proxies: HoldingProxy[] = [];
  return {
    url,
    caPem,
    adminToken,
    kubeconfigPath,
    client,
    folder,
    openProxy: async () => {
      const proxy = await HoldingProxy.start(
        { url, caPem, adminToken },
        join(folder, `proxy-${proxies.length}.kubeconfig`),
      );
      proxies.push(proxy);
      return proxy;
    },
    startOperator: async () => {
      const stop = new AbortController();
      const operator = createOperator({ client, clock: systemClock, log, config: loadOperatorConfig({}) });
      const done = operator.start(stop.signal);
      await vi.waitFor(
        () => {
          if (!operator.isReady()) throw new Error(`not ready: ${operator.unhealthy().join()}`);
        },
        { timeout: 20_000, interval: 20 },
      );
      return async () => {
        stop.abort();
        await done;
      };
    },
    connectAgent: (namespace) => connectAgent(client, namespace),
    run: (namespace, name) => runs.get({ namespace, name }),
    until: (namespace, name, isWanted) =>
      vi.waitFor(
        async () => {
          const run = await runs.get({ namespace, name });
          if (!isWanted(run)) throw new Error(`last state: ${JSON.stringify(run.status)}`);
          return run;
        },
        { timeout: 20_000, interval: 25 },
      ),
    tasksAfterNewQuestion: async (namespace) => {
      await runs.create({
        apiVersion: 'nannyai.dev/v1alpha1',
        kind: 'Investigation',
        metadata: { name: 'new-question', namespace },
        spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
      });
      return vi.waitFor(
        async () => {
          const names = (await tasks.listAll({ namespace })).map(({ metadata }) => metadata.name ?? '');
          if (names.length === 0) throw new Error('the operator gives no work');
          return names;
        },
        { timeout: 20_000, interval: 25 },
      );
    },
    close: async () => {
      for (const proxy of proxies) await proxy.close();
      await client.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function installKinds(client: KubeClient): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const crd of await readOwnCrds()) await client.raw('POST', path, crd);
  await vi.waitFor(() => client.raw('GET', '/apis/nannyai.dev/v1alpha1/investigations'), {
    timeout: 20_000,
    interval: 50,
  });
}

async function connectAgent(client: KubeClient, namespace: string): Promise<void> {
  const agents = client.resource<Agent>(AgentResource);
  const ref = { namespace, name: 'web-1' };
  const now = new Date().toISOString();
  await agents.create({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: { ...ref, labels: { site: 'home' } },
    spec: { description: 'The shop.' },
  });
  await agents.patchStatus(ref, {
    status: {
      lastSeenTime: now,
      connectedTime: now,
      version: '0.1.0',
      capabilities: { privilege: 'Root', tools: ['df'] },
    },
  });
}
