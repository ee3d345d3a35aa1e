import { setTimeout as sleep } from 'node:timers/promises';
import { FleetConnection } from './fleet-connection.ts';
import { withFleet, type Fleet } from './fleet.ts';
import type { Benchmark, Measurement } from './measurement.ts';
import { cpuMsOf } from './process-figures.ts';

/** Hosts that are known, and what the predecessor took then; heartbeats a second. */
const SIZES = [
  { hosts: 100, predecessor: 565 },
  { hosts: 1000, predecessor: 521 },
  { hosts: 5000, predecessor: 349 },
];
const IN_FLIGHT = 16;
const WARM_UP_MS = 3_000;
const WINDOW_MS = 10_000;

/** Heartbeats of enrolled hosts, each with a proof of its key. */
export const heartbeats: Benchmark = {
  name: 'heartbeats',
  how: `heartbeats with DPoP of hosts in turn, over ${IN_FLIGHT} TLS connections, for ${WINDOW_MS / 1000} s`,
  run: () =>
    withFleet(async (fleet) => {
      const connections = await Promise.all(
        Array.from({ length: IN_FLIGHT }, () => FleetConnection.open(fleet.facadeUrl, fleet.caPem)),
      );
      try {
        const measurements: Measurement[] = [];
        for (const { hosts, predecessor } of SIZES) {
          await fleet.grow(hosts);
          // Every host is heard once, so that its health is known too, and written down before anything is measured.
          await beat(fleet, connections, (sent) => sent < hosts);
          await untilIdle(fleet.pid);
          await forMs(fleet, connections, WARM_UP_MS);
          const cpuBeforeMs = cpuMsOf(fleet.pid);
          const count = await forMs(fleet, connections, WINDOW_MS);
          const cpuMs = (cpuMsOf(fleet.pid) - cpuBeforeMs) / count;
          const at = `at ${hosts} hosts`;
          const perSecond = (count * 1000) / WINDOW_MS;
          measurements.push({
            what: `heartbeats ${at}`,
            value: perSecond,
            unit: '/s',
            goal: 5 * predecessor,
            predecessor,
          });
          measurements.push({ what: `facade CPU a heartbeat ${at}`, value: cpuMs, unit: 'ms' });
        }
        return measurements;
      } finally {
        for (const connection of connections) connection.close();
      }
    }),
};

/** Waits until a process has used less than a twentieth of a core for a second. */
async function untilIdle(pid: number): Promise<void> {
  for (let usedMs = Infinity; usedMs > 50;) {
    const beforeMs = cpuMsOf(pid);
    await sleep(1000);
    usedMs = cpuMsOf(pid) - beforeMs;
  }
}

function forMs(fleet: Fleet, connections: readonly FleetConnection[], windowMs: number): Promise<number> {
  const endMs = performance.now() + windowMs;
  return beat(fleet, connections, () => performance.now() < endMs);
}

/** @returns how many heartbeats were answered. */
async function beat(
  fleet: Fleet,
  connections: readonly FleetConnection[],
  isOn: (sent: number) => boolean,
): Promise<number> {
  let sent = 0;
  const worker = async (connection: FleetConnection): Promise<void> => {
    while (isOn(sent)) await fleet.hosts[sent++ % fleet.hosts.length]?.heartbeat(fleet, connection);
  };
  await Promise.all(connections.map(worker));
  return sent;
}
