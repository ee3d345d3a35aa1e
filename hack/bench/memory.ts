import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, InvestigationResource, type Investigation } from '@nannyapi/crds';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { createLogger } from '@nannyapi/process';
import { startBundledStandalone } from './bundle.ts';
import type { Benchmark, Measurement } from './measurement.ts';
import { cpuMsOf, memoryOf } from './process-figures.ts';
import { withFolder } from './processes.ts';

const SETTLE_MS = 15_000;
const CPU_WINDOW_MS = 30_000;
const OBJECTS = 2000;
const RUN_DEADLINE_MS = 180_000;

/** Memory of each process, idle and loaded; the bundle, as people run it. */
export const memory: Benchmark = {
  name: 'memory',
  how: 'VmRSS and private pages of the bundled programs, 15 s after start and after work',
  run: async () => [...(await apiServerAlone()), ...(await controlPlaneAndAgent())],
};

function apiServerAlone(): Promise<Measurement[]> {
  return withFolder(async (folder) => {
    const server = await startBundledStandalone(folder, '--api-server-only');
    const client = clientOf(folder);
    try {
      await sleep(SETTLE_MS);
      const idle = memoryOf(server.child.pid);
      for (let number = 0; number < OBJECTS; number++)
        await client.resource<Investigation>(InvestigationResource).create(investigation(`load-${number}`, 'none'));
      const loaded = memoryOf(server.child.pid);
      return [
        { what: 'API server alone idle, RSS', value: idle.rssMiB, unit: 'MiB', goal: 90 },
        { what: 'API server alone idle, private', value: idle.privateMiB, unit: 'MiB' },
        { what: `API server alone after ${OBJECTS} creates, RSS`, value: loaded.rssMiB, unit: 'MiB' },
      ];
    } finally {
      await client.close();
      await server.stop();
    }
  });
}

function controlPlaneAndAgent(): Promise<Measurement[]> {
  return withFolder(async (folder) => {
    const controlPlane = await startBundledStandalone(folder, '--agent');
    const client = clientOf(folder);
    try {
      await sleep(SETTLE_MS);
      const { pid } = controlPlane.child;
      const agentPid = await childOf(pid);
      const idle = { plane: memoryOf(pid), agent: memoryOf(agentPid) };
      const agentCpu = await cpuPercentOf(agentPid);
      const agents = (await client.raw('GET', '/apis/nannyai.dev/v1alpha1/namespaces/default/agents')) as {
        items: { metadata: { name: string } }[];
      };
      for (let run = 0; run < 3; run++) await investigate(client, `load-${run}`, agents.items[0]?.metadata.name ?? '');
      const loaded = { plane: memoryOf(pid), agent: memoryOf(agentPid) };
      return [
        {
          what: 'standalone control plane idle, RSS',
          value: idle.plane.rssMiB,
          unit: 'MiB',
          goal: 150,
          predecessor: 26,
        },
        { what: 'standalone control plane idle, private', value: idle.plane.privateMiB, unit: 'MiB' },
        { what: 'standalone control plane after 3 runs, RSS', value: loaded.plane.rssMiB, unit: 'MiB' },
        { what: 'agent idle, RSS', value: idle.agent.rssMiB, unit: 'MiB', goal: 60, predecessor: 8.8 },
        { what: 'agent idle, private', value: idle.agent.privateMiB, unit: 'MiB', goal: 20 },
        { what: 'agent idle, of one core', value: agentCpu, unit: '%', goal: 0.1, predecessor: 0.03 },
        { what: 'agent after 3 runs, RSS', value: loaded.agent.rssMiB, unit: 'MiB' },
      ];
    } finally {
      await client.close();
      await controlPlane.stop();
    }
  });
}

async function investigate(client: KubeClient, name: string, agent: string): Promise<void> {
  const investigations = client.resource<Investigation>(InvestigationResource);
  await investigations.create(investigation(name, agent));
  const deadlineMs = performance.now() + RUN_DEADLINE_MS;
  for (;;) {
    const { status } = await investigations.get({ namespace: 'default', name });
    if (status?.phase === 'Completed' || status?.phase === 'Failed') return;
    if (performance.now() > deadlineMs) throw new Error(`Investigation ${name} is ${status?.phase ?? 'not begun'}`);
    await sleep(200);
  }
}

function investigation(name: string, agent: string): Investigation {
  return {
    apiVersion: API_VERSION,
    kind: 'Investigation',
    metadata: { namespace: 'default', name },
    spec: { agentRef: { name: agent }, prompt: 'Why is this machine slow?' },
  };
}

function clientOf(dataDir: string): KubeClient {
  const log = createLogger({ name: 'bench', level: 'error', destination: process.stderr });
  return createKubeClient({ kubeconfigPath: join(dataDir, 'kubeconfig'), userAgent: 'bench', log });
}

async function childOf(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const child = Number(children[0]);
  if (!child) throw new Error('The control plane has not started its agent');
  return child;
}

async function cpuPercentOf(pid: number): Promise<number> {
  const beforeMs = cpuMsOf(pid);
  await sleep(CPU_WINDOW_MS);
  return ((cpuMsOf(pid) - beforeMs) * 100) / CPU_WINDOW_MS;
}
