import type { Benchmark, Measurement } from '../measurement.ts';
import { createNamespace, createTasks, getTasks, listTasks } from './operations.ts';
import { serverRssMiB, withServers, type Servers } from './servers.ts';
import { measurementOf, takeTurns, withContestants, type Contestants } from './turns.ts';

const OBJECTS = 10_000;
const FILLING = { connections: 64, count: OBJECTS };
const SIZES = [
  { connections: 1, count: 1000 },
  { connections: 16, count: 3000 },
  { connections: 64, count: 3000 },
];
const ROUNDS = 3;
const LISTS_A_TURN = 3;

/** Gets a second, lists, and what 10,000 objects take. */
export const apiReads: Benchmark = {
  name: 'api-reads',
  how: `gets and lists among ${OBJECTS} AgentTasks of 2.3 KB`,
  run: () =>
    withServers(async (servers) => {
      const idle = memoryOf('idle', servers);
      await withContestants(servers, FILLING.connections, async (contestants) => {
        await createNamespace(contestants);
        await takeTurns(contestants, 1, (each) => createTasks(each, 'task', FILLING));
      });
      const filled = memoryOf(`after ${OBJECTS} creates`, servers);
      const measurements: Measurement[] = [];
      for (const size of SIZES) {
        const measured = await withContestants(servers, size.connections, (contestants) => gets(contestants, size));
        measurements.push(...measured);
      }
      const listed = await withContestants(servers, 1, async (contestants) => [
        ...(await lists(contestants, `list of all ${OBJECTS}`, '')),
        ...(await lists(contestants, 'list, first page of 500', '?limit=500')),
      ]);
      return [...measurements, ...listed, idle, filled, memoryOf('after the lists', servers)];
    }),
};

async function gets(contestants: Contestants, size: (typeof SIZES)[number]): Promise<Measurement[]> {
  const at = `, ${size.connections} connection${size.connections > 1 ? 's' : ''}`;
  const turns = await takeTurns(contestants, ROUNDS, (each) => getTasks(each, 'task', size));
  return [
    measurementOf({ what: `gets${at}`, unit: '/s' }, turns, (turn) => turn.perSecond),
    measurementOf({ what: `server CPU a get${at}`, unit: 'ms' }, turns, (turn) => turn.cpuMs),
  ];
}

async function lists(contestants: Contestants, what: string, query: string): Promise<Measurement[]> {
  const turns = await takeTurns(contestants, ROUNDS, (each) => listTasks(each, LISTS_A_TURN, query));
  return [
    measurementOf({ what, unit: 'ms' }, turns, (turn) => 1000 / turn.perSecond),
    measurementOf({ what: `server CPU a ${what}`, unit: 'ms' }, turns, (turn) => turn.cpuMs),
  ];
}

function memoryOf(when: string, { standalone, kubeApiServer }: Servers): Measurement {
  return {
    what: `resident memory ${when}`,
    unit: 'MiB',
    value: serverRssMiB(standalone),
    kubeApiServer: kubeApiServer ? serverRssMiB(kubeApiServer) : 'absent',
  };
}
