import { joinToPods } from '../../../cluster-context/index.ts';
import type { Quote } from '../../../moves/move.ts';
import type { DiagnosisStep } from '../../diagnostician.ts';
import { ContextFacts } from '../context-facts.ts';
import { toCondition, toContainer, toDNSService, toEvent, toPod, toRollout, toVolume } from './cluster-objects.ts';
import type {
  ClusterEvent,
  ContainerState,
  DNSService,
  NodeCondition,
  PodState,
  PodVolume,
  Rollout,
} from './cluster-objects.ts';
import { isSamePod } from './pod-names.ts';
import type { Place } from './pod-names.ts';

/**
 * What the API server last told of the target and its node. Empty for a host outside a cluster.
 *
 * The pods of this project are not in it: they are instruments, and no investigation blames them. Those that are being
 * deleted are left out too, unless one of them is what was asked about.
 */
export class ClusterView {
  /** The pod that was asked about; `undefined` for a node, and for a host. */
  readonly target: PodState | undefined;
  /** Pods of the node, the one that was asked about first. */
  readonly pods: readonly PodState[];
  readonly containers: readonly ContainerState[];
  readonly nodeConditions: readonly NodeCondition[];
  readonly dnsServices: readonly DNSService[];
  /** Revisions of workloads, newest first. */
  readonly rollouts: readonly Rollout[];
  readonly #facts: ContextFacts;
  readonly #events: readonly ClusterEvent[];

  constructor(facts: ContextFacts) {
    this.#facts = facts;
    const asked = facts.first('pod', 'pod', (fact) => fact.text('asked') === 'yes');
    this.target = asked === undefined ? undefined : toPod(asked);
    const others = facts.all('pods', 'pod').map(toPod);
    this.pods = [
      ...(this.target === undefined ? [] : [this.target]),
      ...others.filter((pod) => !pod.isOwn && !pod.isLeaving && !isSamePod(pod, this.target)),
    ];
    this.containers = this.pods.flatMap((pod) =>
      facts
        .all(pod === this.target ? 'pod' : 'pods', 'container')
        .filter((fact) => fact.text('namespace') === pod.namespace && fact.text('pod') === pod.name)
        .map((fact) => toContainer(pod, fact)),
    );
    this.nodeConditions = facts.all('node', 'node_condition').map(toCondition);
    this.dnsServices = facts.all('cluster-dns', 'dns_service').flatMap(toDNSService);
    this.rollouts = facts.all('rollout', 'rollout').map(toRollout);
    this.#events = facts.all('events', 'kube_event').map(toEvent);
  }

  /** What the API server told with one step. */
  static ofStep(step: DiagnosisStep): ClusterView {
    return new ClusterView(new ContextFacts([step]));
  }

  /** True when the API server told nothing. */
  get isEmpty(): boolean {
    return this.pods.length === 0 && this.nodeConditions.length === 0 && this.dnsServices.length === 0;
  }

  /** Containers of a pod. */
  containersOf(pod: PodState): ContainerState[] {
    return this.containers.filter((container) => container.pod === pod);
  }

  /** Events of a pod, newest first. */
  eventsOf({ namespace, name }: PodState): ClusterEvent[] {
    return this.#events.filter((event) => event.object === `Pod/${name}` && event.namespace === namespace);
  }

  /** Conditions of a pod that do not hold. */
  conditionsOf({ namespace, name }: PodState): { type: string; reason: string; message: string; quote: Quote }[] {
    return (['pod', 'pods'] as const)
      .flatMap((item) => this.#facts.all(item, 'pod_condition'))
      .filter((fact) => fact.text('namespace') === namespace && fact.text('pod') === name)
      .map((fact) => ({
        type: fact.text('type'),
        reason: fact.text('reason'),
        message: fact.text('message'),
        quote: fact.quote,
      }));
  }

  /** Volumes of the pod that was asked about. */
  get volumes(): PodVolume[] {
    return this.#facts.all('pod', 'pod_volume').map(toVolume);
  }

  /** How the pod that was asked about resolves names: the name servers of its own; none when it asks the usual ones. */
  get nameServers(): { servers: string[]; quotes: Quote[] } {
    const fact = this.#facts.first('pod', 'pod_dns');
    const servers = (fact?.text('nameservers') ?? '').split(/[\s,]+/u).filter((server) => server !== '');
    return { servers, quotes: fact === undefined ? [] : [fact.quote] };
  }

  /** The same pod as this view knows it, and not one that took its name. */
  samePod(pod: PodState): PodState | undefined {
    return this.pods.find((other) => isSamePod(other, pod));
  }

  /** The same container as this view knows it. */
  sameContainer({ pod, name }: ContainerState): ContainerState | undefined {
    return this.containers.find((other) => other.name === name && isSamePod(other.pod, pod));
  }

  /** The pod, with its container where that is known, that a control group or a process in it belongs to. */
  placeOfCgroup(path: string): Place | undefined {
    return this.#placeOf(path);
  }

  /** The pod and the volume that a mount point of the node belongs to. */
  volumeAt(path: string): (Place & { volume: string }) | undefined {
    const place = this.#placeOf(path);
    return place === undefined || place.volume === '' ? undefined : { ...place, volume: place.volume };
  }

  #placeOf(path: string): (Place & { volume: string }) | undefined {
    const found = path === '' ? undefined : joinToPods(path, this.#facts.places);
    const pod = this.pods.find(({ namespace, name }) => namespace === found?.namespace && name === found.pod);
    return pod === undefined || found === undefined
      ? undefined
      : { pod, container: found.container ?? '', volume: found.volume ?? '' };
  }
}
