import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  API_VERSION,
  AgentResource,
  AgentTaskResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Investigation,
} from '@nannyapi/crds';
import { createOperator, loadOperatorConfig } from '@nannyapi/operator';
import { createLogger, systemClock, type Logger } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { readOwnCrds, startKubeApiServer, startTestApiServer } from '@nannyapi/standalone/testing';
import { vi } from 'vitest';
import { HoldingProxy, type ProxiedServer } from './holding-proxy.ts';

/** An API server that an export is imported into, with our kinds. */
export class MoveTarget {
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
  /** A folder for files of tests. */
  readonly folder: string;
  readonly #server: ProxiedServer & { close(): Promise<void> };
  readonly #log: Logger;
  readonly #proxies: HoldingProxy[] = [];

  private constructor(server: ProxiedServer & { kubeconfigPath: string; close(): Promise<void> }, folder: string) {
    const { url, caPem, adminToken: token } = server;
    this.#server = server;
    this.#log = createLogger({ name: 'move-target', level: 'error' });
    this.client = createKubeClient({ server: { url, caPem, token }, userAgent: 'move-test', log: this.#log });
    this.kubeconfigPath = server.kubeconfigPath;
    this.folder = folder;
  }

  /** Starts a real kube-apiserver when it is told where the programs are, else the embedded one. */
  static async start(kubeBinaries?: string): Promise<MoveTarget> {
    const server = kubeBinaries
      ? await startKubeApiServer({ binaries: kubeBinaries, fsync: false })
      : await startTestApiServer({ crds: [] });
    const target = new MoveTarget(server, await mkdtemp(join(tmpdir(), 'nannyapi-move-target-')));
    await installKinds(target.client);
    return target;
  }

  /** A slow line to the server, and the kubeconfig that leads through it. */
  async openProxy(): Promise<{ proxy: HoldingProxy; kubeconfigPath: string }> {
    const kubeconfigPath = join(this.folder, `proxy-${this.#proxies.length}.kubeconfig`);
    const proxy = await HoldingProxy.start(this.#server, kubeconfigPath);
    this.#proxies.push(proxy);
    return { proxy, kubeconfigPath };
  }

  /** Starts the product's operator; stop it with the result. */
  async startOperator(): Promise<() => Promise<void>> {
    const stop = new AbortController();
    const { client } = this;
    const operator = createOperator({ client, clock: systemClock, log: this.#log, config: loadOperatorConfig({}) });
    const done = operator.start(stop.signal);
    await soon(async () => {
      if (!operator.isReady()) throw new Error(`not ready: ${operator.unhealthy().join()}`);
    });
    return async () => {
      stop.abort();
      await done;
    };
  }

  /** Makes an agent that could be given work at once. */
  async connectAgent(namespace: string): Promise<void> {
    const agents = this.client.resource<Agent>(AgentResource);
    const ref = { namespace, name: 'web-1' };
    const now = new Date().toISOString();
    const metadata = { ...ref, labels: { site: 'home' } };
    await agents.create({ apiVersion: API_VERSION, kind: 'Agent', metadata, spec: { description: 'The shop.' } });
    const capabilities = { privilege: 'Root', tools: ['df'] };
    await agents.patchStatus(ref, {
      status: { lastSeenTime: now, connectedTime: now, version: '0.1.0', capabilities },
    });
  }

  run(namespace: string, name: string): Promise<Investigation> {
    return this.client.resource<Investigation>(InvestigationResource).get({ namespace, name });
  }

  /** Waits until a run is as wanted; tells its last state otherwise. */
  until(namespace: string, name: string, isWanted: (run: Investigation) => boolean): Promise<Investigation> {
    return soon(async () => {
      const run = await this.run(namespace, name);
      if (!isWanted(run)) throw new Error(`last state: ${JSON.stringify(run.status)}`);
      return run;
    });
  }

  /** Asks a new question and waits until the operator gives work for it; the names of all tasks of the namespace. */
  async tasksAfterNewQuestion(namespace: string): Promise<string[]> {
    await this.client.resource<Investigation>(InvestigationResource).create({
      apiVersion: API_VERSION,
      kind: 'Investigation',
      metadata: { name: 'new-question', namespace },
      spec: { agentRef: { name: 'web-1' }, prompt: 'Why is this machine slow?' },
    });
    const tasks = this.client.resource<AgentTask>(AgentTaskResource);
    return soon(async () => {
      const names = (await tasks.listAll({ namespace })).map(({ metadata }) => metadata.name ?? '');
      if (names.length === 0) throw new Error('the operator gives no work');
      return names;
    });
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.close();
    await this.client.close();
    await this.#server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Tries until it does not fail, for at most 20 s. */
function soon<T>(attempt: () => Promise<T>): Promise<T> {
  return vi.waitFor(attempt, { timeout: 20_000, interval: 25 });
}

async function installKinds(client: KubeClient): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const crd of await readOwnCrds()) await client.raw('POST', path, crd);
  await soon(() => client.raw('GET', `/apis/${API_VERSION}/investigations`));
}
