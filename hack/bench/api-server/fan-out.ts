import type { Benchmark, Measurement } from '../measurement.ts';
import { median, percentile } from '../statistics.ts';
import { createNamespace, createTasks, NAMESPACE } from './operations.ts';
import { serverCpuMs, withServers } from './servers.ts';
import { task, tasksPath } from './tasks.ts';
import { takeTurns, withContestants, type Contestant, type Contestants } from './turns.ts';
import { Watches } from './watches.ts';

/** Open watches, and how many creates make a turn. */
const SIZES = [
  { watchers: 1, events: 150 },
  { watchers: 100, events: 60 },
  { watchers: 1000, events: 30 },
];
const ROUNDS = 3;
const WARM_UP = { connections: 16, count: 1000 };

/** Create sent → event held by each watcher. */
export const watchFanOut: Benchmark = {
  name: 'fan-out',
  how: 'create of an AgentTask sent (its durable write included) → its event at each watcher; one create at a time',
  run: () =>
    withServers((servers) =>
      withContestants(servers, WARM_UP.connections, async (contestants) => {
        await createNamespace(contestants);
        await takeTurns(contestants, 1, (each) => createTasks(each, 'warm-up', WARM_UP));
        const measurements: Measurement[] = [];
        for (const size of SIZES) measurements.push(...(await measure(contestants, size)));
        return measurements;
      }),
    ),
};

type Size = (typeof SIZES)[number];

/** What the watchers of one server saw. */
interface Seen {
  latenciesMs: number[];
  cpuMs: number;
  creates: number;
}

async function measure([standalone, kube]: Contestants, size: Size): Promise<Measurement[]> {
  const ours = nothingSeen();
  const theirs = nothingSeen();
  // Round 0 is not counted: V8 compiles what tells a watch after some ten thousand events, Go did before it was shipped.
  await watchTurn(standalone, { ...size, round: 0 }, nothingSeen());
  if (kube) await watchTurn(kube, { ...size, round: 0 }, nothingSeen());
  for (let round = 1; round <= ROUNDS; round++) {
    await watchTurn(standalone, { ...size, round }, ours);
    if (kube) await watchTurn(kube, { ...size, round }, theirs);
  }
  const at = `, ${size.watchers} watcher${size.watchers > 1 ? 's' : ''}`;
  const figure = (of: (seen: Seen) => number) =>
    ({ value: of(ours), kubeApiServer: kube ? of(theirs) : 'absent' }) as const;
  const goal = 'kube-apiserver';
  return [
    { what: `create → event, p50${at}`, unit: 'ms', goal, ...figure((seen) => median(seen.latenciesMs)) },
    { what: `create → event, p99${at}`, unit: 'ms', goal, ...figure((seen) => percentile(seen.latenciesMs, 99)) },
    { what: `server CPU a create${at}`, unit: 'ms', ...figure((seen) => seen.cpuMs / seen.creates) },
  ];
}

function nothingSeen(): Seen {
  return { latenciesMs: [], cpuMs: 0, creates: 0 };
}

async function watchTurn(contestant: Contestant, turn: Size & { round: number }, seen: Seen): Promise<void> {
  const { server, connections } = contestant;
  const writer = connections[0];
  if (writer === undefined) return;
  const watches = await Watches.open(server, tasksPath(NAMESPACE), turn.watchers);
  try {
    const cpuBeforeMs = serverCpuMs(server);
    for (let number = 0; number < turn.events; number++) {
      const text = task(`w${turn.watchers}-r${turn.round}-${number}`);
      const arrived = watches.next();
      const sentMs = performance.now();
      const { code } = await writer.send('POST', tasksPath(NAMESPACE), { type: 'application/json', text });
      if (code !== 201) throw new Error(`A create was answered with ${code}`);
      seen.latenciesMs.push(...(await arrived).map((atMs) => atMs - sentMs));
    }
    seen.cpuMs += serverCpuMs(server) - cpuBeforeMs;
    seen.creates += turn.events;
  } finally {
    watches.close();
  }
}
