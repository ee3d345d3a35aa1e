/**
 * A child process that syncs one informer and stays: `node sync-once.ts URL CA_PEM paged|streamed`. Prints
 * `{syncMs, cpuMs, objects, blockedMs}` when it has synced; `blockedMs` is the longest time its event loop stood still.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLogger, systemClock } from '@nannyapi/process';
import {
  createInformer,
  createKubeClient,
  KubeApiError,
  type KubeObject,
  type ResourceClient,
} from '@nannyapi/runtime';

const [url = '', caPem, mode] = process.argv.slice(2);
const log = createLogger({ name: 'sync-once', level: 'warn', destination: process.stderr });
const client = createKubeClient({ server: { url, caPem }, userAgent: 'bench', log });
const type = { group: 'nannyai.dev', version: 'v1alpha1', kind: 'Agent', plural: 'agents', namespaced: true };
const agents = client.resource<KubeObject>(type);

const stop = new AbortController();
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const startMs = performance.now();
const startCpu = process.cpuUsage();
const informer = createInformer({
  client: mode === 'paged' ? withoutStreamedLists(agents) : agents,
  indexes: { os: ({ metadata }) => [metadata.labels?.['nannyai.dev/os'] ?? ''] },
  clock: systemClock,
  log,
});
let objects = 0;
informer.onChange(() => (objects += 1));
const running = informer.start(stop.signal);
await informer.waitForSync({ signal: stop.signal });
const syncMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(startCpu);
console.log(JSON.stringify({ syncMs, cpuMs: (user + system) / 1000, objects, blockedMs: delay.max / 1e6 }));
process.once('SIGTERM', () => {
  stop.abort();
  void running.then(() => client.close()).then(() => process.exit(0));
});

/** As with an API server that has no streamed lists. */
function withoutStreamedLists(present: ResourceClient<KubeObject>): ResourceClient<KubeObject> {
  const paged = Object.create(present) as ResourceClient<KubeObject>;
  paged.list = (query, call) => present.list(query, call);
  paged.watch = (query, call) => {
    if (query.sendInitialEvents) throw new KubeApiError({ code: 'Invalid', message: 'Pages only', status: 422 });
    return present.watch(query, call);
  };
  return paged;
}
