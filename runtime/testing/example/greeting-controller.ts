import type { Clock, Logger } from '@nannyapi/process';
import {
  controllerOf,
  controllerReference,
  createController,
  EventRecorder,
  InformerFactory,
  LeaderElection,
  LeaseResource,
  Manager,
  objectKey,
  setCondition,
  TerminalError,
  type CachedReader,
  type KubeClient,
  type Lease,
  type ReconcileCall,
  type Reconciler,
  type ReconcileResult,
  type Writer,
} from '../../src/index.ts';
import { ConfigMapResource, GreetingResource, type ConfigMap, type Greeting } from './greeting.ts';

/** Sees to it that each Greeting has a ConfigMap of its name that greets. */
export class GreetingReconciler implements Reconciler<Greeting> {
  readonly #known: CachedReader<ConfigMap>;
  readonly #maps: Writer<ConfigMap>;
  readonly #events: EventRecorder;

  constructor(deps: { known: CachedReader<ConfigMap>; maps: Writer<ConfigMap>; events: EventRecorder }) {
    this.#known = deps.known;
    this.#maps = deps.maps;
    this.#events = deps.events;
  }

  async reconcile(greeting: Greeting, { now, signal }: ReconcileCall): Promise<ReconcileResult<Greeting>> {
    const { name = '', namespace } = greeting.metadata;
    if (greeting.spec.to === 'nobody') {
      throw new TerminalError({ code: 'NobodyToGreet', message: 'spec.to must name somebody' });
    }
    const text = `Hello, ${greeting.spec.to}!`;
    if (this.#known.get(objectKey(greeting))?.data.text !== text) {
      const metadata = { name, namespace: namespace ?? '', ownerReferences: [controllerReference(greeting)] };
      const wanted: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } };
      await this.#maps.apply(wanted, { fieldManager: 'greeter', force: true }, { signal });
      this.#events.record(greeting, { type: 'Normal', reason: 'Greeted', message: text });
    }
    const ready = { type: 'Ready', status: 'True', reason: 'Greeted', message: text } as const;
    return { status: { conditions: setCondition(greeting.status?.conditions, ready, now) } };
  }
}

/** Puts the process together: informers, one controller, a leader election, and what drains. */
export function createGreeter(deps: { client: KubeClient; clock: Clock; log: Logger; hostname: string }): Manager {
  const { client, clock, log } = deps;
  const leases = client.resource<Lease>(LeaseResource);
  const election = new LeaderElection({ ...deps, leases, lease: { namespace: 'default', name: 'greeter' } });
  const leader = client.guarded(election.guard);
  const maps = leader.resource<ConfigMap>(ConfigMapResource);
  const events = new EventRecorder({ client: leader, component: 'greeter', clock, log });
  const informers = new InformerFactory(deps);
  const greetings = informers.informer<Greeting>(GreetingResource);
  const known = informers.informer<ConfigMap>(ConfigMapResource);

  const manager = new Manager({ log, clock, leadership: election.lead });
  for (const informer of informers.informers) manager.addInformer(informer);
  manager.add(
    createController({
      name: 'greeting',
      informer: greetings,
      client: leader.resource<Greeting>(GreetingResource),
      reconciler: new GreetingReconciler({ known: known.store, maps, events }),
      owns: [{ informer: known, ownerKey: controllerOf(GreetingResource) }],
      clock,
      log,
    }),
  );
  manager.addDrain({ name: 'events', drain: () => events.flush() });
  manager.addCheck('leader-election', () => election.problem());
  return manager;
}
