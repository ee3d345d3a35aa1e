/**
 * A process that stands for election and writes as fast as it can while it leads, for tests that kill and stop it.
 *
 * Its writes look at no signal, carry no precondition and are repeated when they fail: the guard alone can stop them.
 * Prints `standing by` once it has seen another lead, `leading`, `refused` for the first write that was refused, and
 * `ended CODE`. SIGTERM ends it in good order, the end of its standard input in no order at all.
 */
import { once } from 'node:events';
import { createLogger, errorCode, systemClock } from '@nannyapi/process';
import { createKubeClient } from '../src/client/kube-client.ts';
import { isKubeError } from '../src/client/kube-api-error.ts';
import { LeaderElection } from '../src/leader-election/leader-election.ts';
import { LeaseResource, type Lease } from '../src/leader-election/lease.ts';
import type { ElectionTiming } from '../src/leader-election/election-timing.ts';
import type { KubeObject } from '../src/objects.ts';

/** What the process is told as JSON. */
export interface ContenderOptions {
  server: { url: string; caPem: string; token: string };
  /** Name of the lease, and of the ConfigMap that the leader writes to; both in namespace `default`. */
  name: string;
  timing: ElectionTiming;
}

const CONFIG_MAPS = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };

const { server, name, timing } = JSON.parse(process.argv[2] ?? '') as ContenderOptions;
const log = createLogger({ name: 'contender', level: 'silent' });
const client = createKubeClient({ server, userAgent: 'nanny-contender', log });
const election = new LeaderElection({
  leases: client.resource<Lease>(LeaseResource),
  lease: { namespace: 'default', name },
  hostname: `pid-${process.pid}`,
  timing,
  clock: systemClock,
  log,
});
const maps = client.guarded(election.guard).resource<KubeObject>(CONFIG_MAPS);
const stop = new AbortController();
void sayWhenStandingBy();
void once(process, 'SIGTERM').then(() => stop.abort());
// The test that started it is gone, however it ended.
void once(process.stdin.resume(), 'close').then(() => process.exit());

try {
  await election.lead(stop.signal, async (signal) => {
    process.stdout.write('leading\n');
    for (let count = 0; !stop.signal.aborted; count++) {
      try {
        await maps.patch({ namespace: 'default', name }, { data: { writer: `${process.pid}`, count: `${count}` } });
      } catch (error) {
        if (isKubeError(error, 'NotLeading')) break;
        await systemClock.sleep(5);
      }
    }
    if (!stop.signal.aborted) process.stdout.write(`refused ${signal.aborted}\n`);
  });
  process.stdout.write('ended\n');
} catch (error) {
  process.stdout.write(`ended ${errorCode(error)}\n`);
}
await client.close();
process.stdin.destroy();

async function sayWhenStandingBy(): Promise<void> {
  while (!isAnother() && !stop.signal.aborted) await systemClock.sleep(10);
  if (isAnother()) process.stdout.write('standing by\n');
}

function isAnother(): boolean {
  return election.leader !== '' && election.leader !== election.identity;
}
