import { AgentTaskResource, API_VERSION, type AgentTask } from '@nannyapi/crds';
import type { KubeClient } from '@nannyapi/runtime';
import { AgentConnection } from './agent-connection.ts';
import { agentName } from './agents.ts';
import { adminOf, createAgents, POLICY_HASH } from './cluster.ts';
import type { Benchmark, Measurement } from './measurement.ts';
import { cpuMsOf, memoryOf } from './process-figures.ts';
import { withControlPlane } from './processes.ts';
import { median, percentile } from './statistics.ts';

/** Streams that are open, the p99 to reach at that number, and what the predecessor took; milliseconds. */
const SIZES = [
  { streams: 1, goalP99Ms: 15, predecessor: { p50Ms: 4, p99Ms: 15, cpuMs: 4.6 } },
  { streams: 100, goalP99Ms: 20, predecessor: { p50Ms: 11, p99Ms: 24, cpuMs: 20 } },
  { streams: 1000, goalP99Ms: 30, predecessor: { p50Ms: 45, p99Ms: 108, cpuMs: 140 } },
  { streams: 5000, goalP99Ms: 60, predecessor: { p50Ms: 180, p99Ms: 490, cpuMs: 670 } },
];
const MOST_STREAMS = 5000;
const TASKS = 300;
/** The first tasks warm up connections and code. */
const WARM_UP = 30;

/** Task created → its agent holds it. */
export const dispatch: Benchmark = {
  name: 'dispatch',
  how: 'create of the AgentTask sent (its durable write included) → event on the agent’s stream, over TLS',
  run: () =>
    withControlPlane({ agents: MOST_STREAMS }, async (address) => {
      const admin = adminOf(address);
      const connections: AgentConnection[] = [];
      try {
        await createAgents(admin, MOST_STREAMS);
        const measurements: Measurement[] = [];
        const arrived = new Map<string, (atMs: number) => void>();
        for (const { streams, goalP99Ms, predecessor } of SIZES) {
          const before = { streams: connections.length, rssMiB: memoryOf(address.pid).rssMiB };
          while (connections.length < streams) {
            const connection = new AgentConnection(
              { url: address.facadeUrl, caPem: address.caPem },
              connections.length,
            );
            connections.push(connection);
            await connection.connect((task) => arrived.get(task.name)?.(performance.now()));
          }
          const grownKiB = (memoryOf(address.pid).rssMiB - before.rssMiB) * 1024;
          const cpuBeforeMs = cpuMsOf(address.pid);
          const samples = await measure(admin, streams, arrived);
          const at = `at ${streams} streams`;
          measurements.push({
            what: `dispatch p50 ${at}`,
            value: median(samples),
            unit: 'ms',
            predecessor: predecessor.p50Ms,
          });
          measurements.push({
            what: `dispatch p99 ${at}`,
            value: percentile(samples, 99),
            unit: 'ms',
            goal: goalP99Ms,
            predecessor: predecessor.p99Ms,
          });
          const cpuMs = (cpuMsOf(address.pid) - cpuBeforeMs) / (TASKS + WARM_UP);
          measurements.push({
            what: `control-plane CPU a dispatch ${at}`,
            value: cpuMs,
            unit: 'ms',
            goal: 5,
            predecessor: predecessor.cpuMs,
          });
          if (streams >= 1000) measurements.push(perStream(grownKiB / (streams - before.streams), at));
        }
        return measurements;
      } finally {
        for (const connection of connections) connection.close();
        await admin.close();
      }
    }),
};

function perStream(value: number, at: string): Measurement {
  return {
    what: `control plane grown per connected agent, TLS and health included, ${at}`,
    value,
    unit: 'KiB',
    goal: 80,
  };
}

async function measure(
  admin: KubeClient,
  streams: number,
  arrived: Map<string, (atMs: number) => void>,
): Promise<number[]> {
  const tasks = admin.resource<AgentTask>(AgentTaskResource);
  const samples: number[] = [];
  for (let number = 0; number < TASKS + WARM_UP; number++) {
    const name = `dispatch-${streams}-${number}`;
    const arrival = new Promise<number>((resolve) => {
      arrived.set(name, resolve);
    });
    const sentMs = performance.now();
    const [arrivedMs] = await Promise.all([arrival, tasks.create(taskFor(agentName((number * 7) % streams), name))]);
    if (number >= WARM_UP) samples.push(arrivedMs - sentMs);
    arrived.delete(name);
  }
  return samples;
}

function taskFor(agent: string, name: string): AgentTask {
  return {
    apiVersion: API_VERSION,
    kind: 'AgentTask',
    metadata: { namespace: 'default', name },
    spec: {
      agentRef: { name: agent },
      type: 'Diagnose',
      actions: [{ id: 'a1', run: { argv: ['uptime'] } }],
      policyHash: POLICY_HASH,
      timeoutSeconds: 60,
    },
  };
}
