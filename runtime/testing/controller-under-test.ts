import { FakeClock } from '@nannyapi/process';
import { Registry } from 'prom-client';
import { vi } from 'vitest';
import { createKubeClient, type KubeClient } from '../src/client/kube-client.ts';
import { createController, type ControllerOptions } from '../src/controller/controller.ts';
import { createInformer } from '../src/informer/store-informer.ts';
import type { Runnable } from '../src/manager.ts';
import type { ResourceType } from '../src/objects.ts';
import { ManualReconciler } from './manual-reconciler.ts';
import { ScriptedApiServer, type Exchange } from './scripted-api-server.ts';
import { silentLog, WidgetResource, WIDGETS_PATH, type Widget } from './widget.ts';

/** A started controller of widgets: its reconciler and its server are the test's. */
export interface StartedController {
  controller: Runnable;
  reconciler: ManualReconciler;
  watch: Exchange;
  /** Resolves when the controller has stopped. */
  stopped: Promise<void>;
}

/** How long a test waits for what happens over a socket. */
export const WAIT = { timeout: 5000, interval: 2 };

/** A controller of widgets between a scripted API server and a manual reconciler, on a clock that the test moves. */
export class ControllerUnderTest {
  readonly clock = new FakeClock(new Date('2026-05-01T10:00:00Z'));
  readonly registry = new Registry();
  readonly stop = new AbortController();
  readonly running: Promise<unknown>[] = [];
  readonly server: ScriptedApiServer;
  readonly client: KubeClient;

  private constructor(server: ScriptedApiServer) {
    this.server = server;
    this.client = createKubeClient({ server: { url: server.url }, userAgent: 'nanny-test', log: silentLog });
  }

  static async begin(): Promise<ControllerUnderTest> {
    return new ControllerUnderTest(await ScriptedApiServer.start());
  }

  async end(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.running);
    await this.client.close();
    await this.server.close();
  }

  informerOf(resource: ResourceType): ControllerOptions<Widget>['informer'] {
    const client = this.client.resource<Widget>(resource);
    const informer = createInformer<Widget>({ client, name: resource.plural, clock: this.clock, log: silentLog });
    this.running.push(informer.start(this.stop.signal));
    return informer;
  }

  async takeListAndWatch(path: string, items: Widget[]): Promise<Exchange> {
    (await this.server.take({ method: 'GET', path, query: { limit: '500' } })).list('100', items);
    const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: /^\d+$/ };
    return (await this.server.take({ method: 'GET', path, query })).stream();
  }

  /** Starts a controller on these widgets; the informer has listed them before. */
  async start(items: Widget[], more: Partial<ControllerOptions<Widget>> = {}): Promise<StartedController> {
    const reconciler = new ManualReconciler();
    const { clock, registry } = this;
    const controller = createController<Widget>({
      name: 'widget',
      informer: this.informerOf(WidgetResource),
      client: this.client.resource<Widget>(WidgetResource),
      reconciler,
      clock,
      log: silentLog,
      registry,
      ...more,
    });
    const watch = await this.takeListAndWatch(WIDGETS_PATH, items);
    const stopped = controller.start(this.stop.signal);
    this.running.push(stopped);
    return { controller, reconciler, watch, stopped };
  }

  /** Passes that ended so; without a result all of them. */
  async counted(result?: string): Promise<number> {
    const { values } = await this.registry.getSingleMetric('controller_runtime_reconcile_total')!.get();
    const counts = values.filter(({ labels }) => result === undefined || labels.result === result);
    return counts.reduce((sum, { value }) => sum + value, 0);
  }

  /** Waits until so many passes ended so, and gives the number of all that ended. */
  async untilCounted(result: string, count = 1): Promise<number> {
    await vi.waitFor(async () => {
      const now = await this.counted(result);
      if (now !== count) throw new Error(`${now} of ${count} passes ended with ${result}`);
    }, WAIT);
    return this.counted();
  }

  /** The value of a metric of the controller that has no other label. */
  async metric(name: string): Promise<number | undefined> {
    const { values } = await this.registry.getSingleMetric(name)!.get();
    return values.find(({ labels }) => labels.controller === 'widget')?.value;
  }
}
