import type { Benchmark, Measurement } from '../measurement.ts';
import { createNamespace, createTasks, patchStatuses } from './operations.ts';
import { withServers } from './servers.ts';
import { measurementOf, takeTurns, withContestants, type Contestants } from './turns.ts';

/** Connections that write at the same time, and how many writes make a turn. */
const SIZES = [
  { connections: 1, count: 200 },
  { connections: 16, count: 600 },
  { connections: 64, count: 1200 },
];
const ROUNDS = 3;
/** V8 has compiled by then what is used often; Go has filled its pools. */
const WARM_UP = { connections: 16, count: 2000 };

/** Creates and status patches a second. */
export const apiWrites: Benchmark = {
  name: 'api-writes',
  how: 'AgentTasks of 2.3 KB created, their status patched (merge patch of 2.7 KB); both servers sync to disk',
  run: () =>
    withServers(async (servers) => {
      await withContestants(servers, WARM_UP.connections, async (contestants) => {
        await createNamespace(contestants);
        await takeTurns(contestants, 1, (each) => createTasks(each, 'warm-up', WARM_UP));
        await takeTurns(contestants, 1, (each) => patchStatuses(each, 'warm-up', WARM_UP));
      });
      const measurements: Measurement[] = [];
      for (const size of SIZES) {
        const measured = await withContestants(servers, size.connections, (contestants) => measure(contestants, size));
        measurements.push(...measured);
      }
      return measurements.toSorted((a, b) => Number(a.unit === 'ms') - Number(b.unit === 'ms'));
    }),
};

type Size = (typeof SIZES)[number];

async function measure(contestants: Contestants, size: Size): Promise<Measurement[]> {
  const at = `, ${size.connections} connection${size.connections > 1 ? 's' : ''}`;
  const name = (round: number): string => `c${size.connections}-r${round}`;
  const creates = await takeTurns(contestants, ROUNDS, (each, round) => createTasks(each, name(round), size));
  const patches = await takeTurns(contestants, ROUNDS, (each, round) => patchStatuses(each, name(round), size));
  const perSecond = (what: string) => ({ what: `${what}${at}`, unit: '/s', goal: 'kube-apiserver' }) as const;
  return [
    measurementOf(perSecond('creates'), creates, (turn) => turn.perSecond),
    measurementOf(perSecond('status patches'), patches, (turn) => turn.perSecond),
    measurementOf({ what: `server CPU a create${at}`, unit: 'ms' }, creates, (turn) => turn.cpuMs),
    measurementOf({ what: `server CPU a status patch${at}`, unit: 'ms' }, patches, (turn) => turn.cpuMs),
  ];
}
