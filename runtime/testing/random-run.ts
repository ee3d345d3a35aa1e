import type { TestApiServer } from '@nannyapi/standalone/testing';
import { createKubeClient, type KubeClient } from '../src/client/kube-client.ts';
import type { ResourceClient } from '../src/client/resource-client.ts';
import { FaultProxy } from './fault-proxy.ts';
import { faultScript } from './fault-script.ts';
import { hurriedClock, type HurriedClock } from './hurried-clock.ts';
import { liveAtRandom, PATIENT } from './random-life.ts';
import { SeededRandom } from './seeded-random.ts';
import { silentLog, WidgetResource, type Widget } from './widget.ts';

/** How much faster the time of a run, and of the server's bookmarks, goes by than the test's. */
export const HURRY = 100;
/** Once all is well a busy machine must be able to answer within the client's deadlines. */
const CALM_HURRY = 15;

/** One run of a property: a namespace of its own, and a client that reaches it through a server that misbehaves. */
export class RandomRun {
  readonly namespace: string;
  readonly clock: HurriedClock = hurriedClock(HURRY);
  /** Reaches the server through the proxy. */
  readonly client: KubeClient;
  /** Reaches it directly. */
  readonly truth: ResourceClient<Widget>;
  readonly #proxy: FaultProxy;
  readonly #random: SeededRandom;

  private constructor(server: TestApiServer, proxy: FaultProxy, seed: number) {
    this.namespace = `run-${seed}`;
    this.#proxy = proxy;
    this.#random = new SeededRandom(seed);
    this.truth = server.client.resource<Widget>(WidgetResource);
    const { url } = proxy;
    this.client = createKubeClient({ server: { url }, userAgent: 'test', log: silentLog, clock: this.clock });
  }

  /** @param seed names the namespace as well, so a server sees each seed once. */
  static async begin(server: TestApiServer, seed: number): Promise<RandomRun> {
    const run = new RandomRun(server, await FaultProxy.start(server), seed);
    const metadata = { name: run.namespace };
    await server.client.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata }, PATIENT);
    run.#misbehave();
    return run;
  }

  /** Changes the namespace at random while the server misbehaves; then it is well again. */
  async live(steps: number): Promise<void> {
    await liveAtRandom(this.truth, { namespace: this.namespace, random: this.#random, steps });
    this.#proxy.calm();
    this.clock.hurry(CALM_HURRY);
  }

  /** All there is in truth. */
  list(): Promise<Widget[]> {
    return this.truth.listAll({ namespace: this.namespace }, PATIENT);
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#proxy.close();
  }

  #misbehave(): void {
    const script = faultScript(this.#random);
    // Half of the servers know no streamed lists, and all give small pages.
    const streams = this.#random.chance(0.5);
    this.#proxy.maxPage = 2;
    this.#proxy.decide = (request) =>
      request.isWatch && !request.isResumption && !streams
        ? { kind: 'Answer', status: 422, reason: 'Invalid' }
        : script(request);
  }
}
