import { API_VERSION, InvestigationResource, type Investigation } from '@nannyapi/crds';
import type { KubeClient } from '@nannyapi/runtime';
import { AGENT_PATHS, type Task, type TaskResult } from '@nannyapi/protocol';
import { AgentConnection } from './agent-connection.ts';
import { agentName } from './agents.ts';
import { adminOf, createAgents, JOURNAL_ID, POLICY_HASH } from './cluster.ts';
import { MODEL_STEPS, startInstantModel } from './instant-model.ts';
import type { Benchmark, Measurement } from './measurement.ts';
import { cpuMsOf } from './process-figures.ts';
import { withControlPlane } from './processes.ts';
import { median, percentile } from './statistics.ts';

/** Runs right after the start, when most code has run a few times only; told apart. */
const FIRST = 5;
/** Runs before the measured ones, the first included; by then V8 has compiled what is used often. */
const WARM_UP = 50;
/** Runs that are measured. */
const RUNS = 30;
const RUN_DEADLINE_MS = 60_000;
/** What each command prints, in bytes: a transcript grows by that much a step. */
const OUTPUT_BYTES = 4096;

/** What the control plane adds to each step of an investigation. */
export const stepOverhead: Benchmark = {
  name: 'step',
  how: 'task n held by an instant agent → task n+1 held (claim, result, decision, create, push), less model time',
  run: async () => {
    const model = await startInstantModel();
    try {
      return await withControlPlane({ agents: 1, gatewayUrl: model.url }, async (address) => {
        const admin = adminOf(address);
        const agent = new InstantAgent({ url: address.facadeUrl, caPem: address.caPem }, () => model.spentMs());
        try {
          await createAgents(admin, 1);
          await agent.start();
          const byStep = new Map<number, number[]>();
          const first: number[] = [];
          let cpuBeforeMs = 0;
          for (let run = 0; run < RUNS + WARM_UP; run++) {
            if (run === WARM_UP) cpuBeforeMs = cpuMsOf(address.pid);
            const name = `run-${run}`;
            await admin.resource<Investigation>(InvestigationResource).create(investigation(name));
            const steps = await agent.runOf(MODEL_STEPS);
            await untilOver(admin, name);
            if (run < FIRST) first.push(...steps.slice(2));
            if (run < WARM_UP) continue;
            steps.forEach((ms, step) => byStep.set(step, [...(byStep.get(step) ?? []), ms]));
          }
          const cpuMs = (cpuMsOf(address.pid) - cpuBeforeMs) / (RUNS * (MODEL_STEPS + 1));
          return [
            ...measurementsOf(byStep),
            { what: 'control-plane CPU a step', value: cpuMs, unit: 'ms' },
            { what: `overhead per step p50, first ${FIRST} runs after the start`, value: median(first), unit: 'ms' },
          ];
        } finally {
          agent.close();
          await admin.close();
        }
      });
    } finally {
      await model.close();
    }
  },
};

/** The next run must not share the machine with the end of this one. */
async function untilOver(admin: KubeClient, name: string): Promise<void> {
  const query = { namespace: 'default', fieldSelector: `metadata.name=${name}` };
  const signal = AbortSignal.timeout(RUN_DEADLINE_MS);
  for await (const event of admin.resource<Investigation>(InvestigationResource).watch(query, { signal })) {
    if (event.type === 'BOOKMARK') continue;
    const { phase } = event.object.status ?? {};
    if (phase === 'Failed') throw new Error(`Investigation ${name} failed: ${JSON.stringify(event.object.status)}`);
    if (phase === 'Completed') return;
  }
  throw new Error(`Investigation ${name} did not end`);
}

function measurementsOf(byStep: ReadonlyMap<number, number[]>): Measurement[] {
  const all = [...byStep].filter(([step]) => step >= 2).flatMap(([, samples]) => samples);
  const [second, twelfth] = [2, 12].map((step) => median(byStep.get(step) ?? []));
  return [
    { what: 'overhead per step p50', value: median(all), unit: 'ms', goal: 8, predecessor: 3.9 },
    { what: 'overhead per step p99', value: percentile(all, 99), unit: 'ms', predecessor: 8 },
    { what: 'overhead of step 2, median', value: second ?? 0, unit: 'ms' },
    { what: 'overhead of step 12, median', value: twelfth ?? 0, unit: 'ms' },
    { what: 'step 12 to step 2', value: (twelfth ?? 0) / (second ?? 1), unit: 'x', goal: 1.5 },
  ];
}

/** Claims and answers every task at once, and notes when each one came. */
class InstantAgent {
  readonly #connection: AgentConnection;
  readonly #modelMs: () => number;
  #arrivals: { atMs: number; modelMs: number }[] = [];
  #wake: () => void = () => undefined;
  #failure: unknown;

  constructor(access: ConstructorParameters<typeof AgentConnection>[0], modelMs: () => number) {
    this.#connection = new AgentConnection(access, 0);
    this.#modelMs = modelMs;
  }

  async start(): Promise<void> {
    await this.#connection.connect((task) => {
      this.#arrivals.push({ atMs: performance.now(), modelMs: this.#modelMs() });
      void this.#do(task).catch((error: unknown) => {
        this.#failure = error;
        this.#wake();
      });
      this.#wake();
    });
    const identity = { version: '0.0.0', policyHash: POLICY_HASH, journalID: JOURNAL_ID };
    const capabilities = { privilege: 'Root', sandbox: 'Full', tools: ['uptime', 'free', 'df', 'ps', 'vmstat', 'cat'] };
    await this.#connection.post(AGENT_PATHS.heartbeat, { ...identity, facts: { hostname: 'bench' }, capabilities });
  }

  /** The overhead of each step of one run, by its number: 1 is the first after the context. Milliseconds. */
  async runOf(steps: number): Promise<number[]> {
    const deadline = AbortSignal.timeout(RUN_DEADLINE_MS);
    while (this.#arrivals.length <= steps) {
      if (this.#failure) throw new Error('The agent failed', { cause: this.#failure });
      if (deadline.aborted) throw new Error(`Only ${this.#arrivals.length} tasks of ${steps + 1} came`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    return arrivals.map(({ atMs, modelMs }, step) => {
      const before = arrivals[step - 1];
      return before ? atMs - before.atMs - (modelMs - before.modelMs) : 0;
    });
  }

  close(): void {
    this.#connection.close();
  }

  async #do(task: Task): Promise<void> {
    await this.#connection.post(AGENT_PATHS.claim(task.uid), { journalID: JOURNAL_ID, policyHash: POLICY_HASH });
    const ids = task.spec.actions?.map((action) => action.id) ?? ['uptime'];
    const results = ids.map((actionID) => ({
      actionID,
      source: actionID,
      outcome: 'Succeeded' as const,
      exitCode: 0,
      preview: `${task.name} ${actionID}\n${'.'.repeat(OUTPUT_BYTES)}`,
    }));
    const result: TaskResult = { journalID: JOURNAL_ID, outcome: 'Succeeded', results };
    await this.#connection.post(AGENT_PATHS.result(task.uid), result);
  }
}

function investigation(name: string): Investigation {
  return {
    apiVersion: API_VERSION,
    kind: 'Investigation',
    metadata: { namespace: 'default', name },
    spec: { agentRef: { name: agentName(0) }, prompt: 'Why is this machine slow?', limits: { maxSteps: 20 } },
  };
}
