import { setTimeout as sleep } from 'node:timers/promises';
import { FleetConnection } from './fleet-connection.ts';
import type { FleetHost } from './fleet-host.ts';
import { withFleet, type Fleet } from './fleet.ts';
import type { Benchmark, Measurement } from './measurement.ts';
import { cpuMsOf, memoryOf } from './process-figures.ts';

const HOSTS = 10_000;
/** Streams that are opened at once: a handshake costs the load generator as much as the facade. */
const IN_FLIGHT = 32;
/** Connections over which heartbeats come. A host has one of its own, but 20,000 sockets are more than most limits allow. */
const KEPT = 1024;
const HEARTBEAT_MS = 30_000;
/** Two heartbeats of each host; the first are those after which health is written down, and not measured. */
const WINDOW_MS = 2 * HEARTBEAT_MS;

/** The whole fleet at once: every host holds its stream and sends a heartbeat each 30 s. */
export const fleet: Benchmark = {
  name: 'fleet',
  how: `${HOSTS} hosts with keys of their own, connected by TLS to one facade, a heartbeat of each every ${HEARTBEAT_MS / 1000} s`,
  run: () =>
    withFleet(async (facade) => {
      await facade.grow(HOSTS);
      const streams = await grownBy(facade, HOSTS, () => connectAll(facade));
      const kept: FleetConnection[] = [];
      const idle = await grownBy(facade, KEPT, async () => {
        for (let number = 0; number < KEPT; number++)
          kept.push(await FleetConnection.open(facade.facadeUrl, facade.caPem));
      });
      try {
        await beatFor(facade, kept, WINDOW_MS);
        const cpuBeforeMs = cpuMsOf(facade.pid);
        const late = await beatFor(facade, kept, WINDOW_MS);
        const cpuPercent = ((cpuMsOf(facade.pid) - cpuBeforeMs) * 100) / WINDOW_MS;
        return [
          { what: 'facade grown per stream, TLS', value: streams, unit: 'KiB', goal: 80 },
          { what: 'facade grown per kept connection, TLS', value: idle, unit: 'KiB' },
          { what: `facade with ${HOSTS} hosts, RSS`, value: memoryOf(facade.pid).rssMiB, unit: 'MiB' },
          { what: `facade with ${HOSTS} hosts, of one core`, value: cpuPercent, unit: '%', goal: 200 },
          { what: 'heartbeats that came late by 1 s or more', value: late, unit: '%' },
        ] satisfies Measurement[];
      } finally {
        for (const connection of kept) connection.close();
        for (const host of facade.hosts) host.close();
      }
    }),
};

/** By how much the facade grew for each of so many things, in KiB. */
async function grownBy(facade: Fleet, count: number, work: () => Promise<void>): Promise<number> {
  const before = memoryOf(facade.pid).rssMiB;
  await work();
  return ((memoryOf(facade.pid).rssMiB - before) * 1024) / count;
}

async function connectAll(facade: Fleet): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let host = facade.hosts[next++]; host; host = facade.hosts[next++])
      await host.connect(facade, () => undefined);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Heartbeats of all hosts, evenly over time. @returns how many of a hundred came late. */
async function beatFor(facade: Fleet, kept: readonly FleetConnection[], windowMs: number): Promise<number> {
  const startMs = performance.now();
  const gapMs = HEARTBEAT_MS / facade.hosts.length;
  const count = Math.floor(windowMs / gapMs);
  let next = 0;
  let late = 0;
  const worker = async (connection: FleetConnection): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      const dueMs = startMs + number * gapMs;
      await sleep(Math.max(0, dueMs - performance.now()));
      await hostOf(facade, number).heartbeat(facade, connection);
      if (performance.now() - dueMs > 1000) late += 1;
    }
  };
  await Promise.all(kept.map(worker));
  return (late * 100) / count;
}

function hostOf({ hosts }: Fleet, number: number): FleetHost {
  const host = hosts[number % hosts.length];
  if (!host) throw new Error('There are no hosts');
  return host;
}
