import type { Measurement } from '../measurement.ts';
import { median } from '../statistics.ts';
import { Connection, type Answer } from './connection.ts';
import { serverCpuMs, type MeasuredServer, type Servers } from './servers.ts';

/** A server with open connections. */
export interface Contestant {
  server: MeasuredServer;
  connections: readonly Connection[];
}

/** Both servers; only the first where there is no other. */
export type Contestants = readonly [standalone: Contestant, kubeApiServer?: Contestant];

/** What one turn of one server showed. */
export interface Turn {
  perSecond: number;
  /** Processor time of the server for one operation, ms. */
  cpuMs: number;
}

/** Turns of each server, in the order of {@link Contestants}. */
export type Turns = readonly [standalone: Turn[], kubeApiServer?: Turn[]];

/** Opens connections to both servers for the time of the work. */
export async function withContestants<T>(
  servers: Servers,
  connections: number,
  work: (contestants: Contestants) => Promise<T>,
): Promise<T> {
  const opened: Connection[] = [];
  const join = async (server: MeasuredServer): Promise<Contestant> => {
    const own: Connection[] = [];
    for (let index = 0; index < connections; index++) own.push(await Connection.open(server));
    opened.push(...own);
    return { server, connections: own };
  };
  try {
    const standalone = await join(servers.standalone);
    return await work(servers.kubeApiServer ? [standalone, await join(servers.kubeApiServer)] : [standalone]);
  } finally {
    for (const connection of opened) connection.close();
  }
}

/** Lets the servers take turns, A B A B, so that what else runs on the machine hits both. */
export async function takeTurns(
  contestants: Contestants,
  rounds: number,
  turn: (contestant: Contestant, round: number) => Promise<Turn>,
): Promise<Turns> {
  const [standalone, kube] = contestants;
  const turns: Turns = kube ? [[], []] : [[]];
  for (let round = 0; round < rounds; round++) {
    turns[0].push(await turn(standalone, round));
    if (kube) turns[1]?.push(await turn(kube, round));
  }
  return turns;
}

/**
 * Runs `count` operations over the first connections, each connection one after the other.
 *
 * @param operation sends the operation with that number, 0 to count - 1.
 * @throws Error when one is not answered with success.
 */
export async function runOperations(
  { server, connections }: Contestant,
  size: { connections: number; count: number },
  operation: (connection: Connection, number: number) => Promise<Answer>,
): Promise<Turn> {
  const cpuBeforeMs = serverCpuMs(server);
  const startedMs = performance.now();
  let next = 0;
  const worker = async (connection: Connection): Promise<void> => {
    while (next < size.count) {
      const { code } = await operation(connection, next++);
      if (code >= 300) throw new Error(`${server.url} answered ${code}`);
    }
  };
  await Promise.all(connections.slice(0, size.connections).map(worker));
  const seconds = (performance.now() - startedMs) / 1000;
  return { perSecond: size.count / seconds, cpuMs: (serverCpuMs(server) - cpuBeforeMs) / size.count };
}

/** One figure of the turns as a line of the table: the median of each server's turns. */
export function measurementOf(
  label: Pick<Measurement, 'what' | 'unit' | 'goal'>,
  turns: Turns,
  figure: (turn: Turn) => number,
): Measurement {
  const [standalone, kube] = turns;
  return {
    ...label,
    value: median(standalone.map(figure)),
    kubeApiServer: kube ? median(kube.map(figure)) : 'absent',
  };
}
