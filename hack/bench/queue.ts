import { createLogger, systemClock } from '@nannyapi/process';
import {
  createController,
  createInformer,
  WorkQueue,
  type Informer,
  type KubeObject,
  type ResourceClient,
} from '@nannyapi/runtime';
import { cannedObject } from './canned-object.ts';
import type { Benchmark, Measurement } from './measurement.ts';

const KEYS = 10_000;
const ROUNDS = 20;
const OBJECTS = 20_000;

/** What the machinery of a controller costs when its reconciler does nothing. */
export const queue: Benchmark = {
  name: 'queue',
  how: `one process, no server: add, get and done of ${KEYS} keys; a controller with 8 workers and a reconciler that does nothing`,
  run: async () => [await queueOperations(), await noOpReconciles()],
};

async function queueOperations(): Promise<Measurement> {
  const keys = Array.from({ length: KEYS }, (_, index) => `nannyapi-system/agent-${index}`);
  const work = new WorkQueue({ name: 'bench', clock: systemClock });
  const startMs = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    for (const key of keys) work.add(key);
    for (let taken = 0; taken < KEYS; taken++) work.done((await work.get()) ?? '');
  }
  const seconds = (performance.now() - startMs) / 1000;
  work.shutDown();
  // Each key is added, taken and done.
  return { what: 'queue operations', value: (KEYS * ROUNDS * 3) / seconds, unit: '/s' };
}

async function noOpReconciles(): Promise<Measurement> {
  const log = createLogger({ name: 'bench', level: 'warn', destination: process.stderr });
  const client = cannedClient();
  const informer: Informer<KubeObject> = createInformer({ client, clock: systemClock, log });
  const stop = new AbortController();
  const syncing = informer.start(stop.signal);
  await informer.waitForSync({ signal: stop.signal });
  const done = Promise.withResolvers<void>();
  let passes = 0;
  const controller = createController<KubeObject>({
    name: 'bench',
    informer,
    client,
    reconciler: {
      reconcile: async () => {
        passes += 1;
        if (passes === OBJECTS) done.resolve();
        return {};
      },
    },
    observesGeneration: false,
    clock: systemClock,
    log,
  });
  const startMs = performance.now();
  const running = controller.start(stop.signal);
  await done.promise;
  const seconds = (performance.now() - startMs) / 1000;
  stop.abort();
  await Promise.all([running, syncing]);
  return { what: `no-op reconciles, ${OBJECTS} objects`, value: OBJECTS / seconds, unit: '/s' };
}

/** A resource of which there is a list and never any news. */
function cannedClient(): ResourceClient<KubeObject> {
  const items = Array.from({ length: OBJECTS }, (_, index) => JSON.parse(cannedObject(index)) as KubeObject);
  const resourceVersion = String(1_000_000 + OBJECTS);
  const unused = (): never => {
    throw new Error('A reconciler that does nothing needs no request');
  };
  return {
    list: async () => ({ items, resourceVersion }),
    watch: async function* (_query, { signal }) {
      for (const object of items) yield { type: 'ADDED', object };
      yield { type: 'BOOKMARK', resourceVersion, isInitialEventsEnd: true };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    get: unused,
    listAll: unused,
    create: unused,
    update: unused,
    apply: unused,
    patch: unused,
    patchStatus: unused,
    delete: unused,
  };
}
