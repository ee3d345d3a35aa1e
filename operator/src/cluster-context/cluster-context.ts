import type { AgentTaskSpecClusterContext } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import { CLUSTER_ITEMS, factLine, renderItem, type ClusterItemID } from '@nannyapi/protocol';
import type { KubeClient } from '@nannyapi/runtime';
import { secondsSince } from './age.ts';
import { ClusterReader, type Reading } from './cluster-reader.ts';
import { dnsServiceLine } from './dns-lines.ts';
import { eventLines } from './event-lines.ts';
import {
  EndpointSliceResource,
  EventResource,
  NodeResource,
  PodResource,
  ServiceResource,
  type EndpointSlice,
  type KubeEvent,
  type Node,
  type Pod,
  type Service,
  type Workload,
} from './kinds.ts';
import { nodeLines } from './node-lines.ts';
import { ownersOf, rolloutOf, type Owners } from './owners.ts';
import { askedPodLines } from './pod-lines.ts';
import { inOrderOfTrouble, podsLines, troubleOf } from './pods-lines.ts';
import { rolloutLines } from './rollout-lines.ts';

/** What is looked at. */
export interface ClusterTarget {
  nodeName: string;
  /** The pod that the run is about; absent for a run about the node. */
  pod?: { namespace: string; name: string; uid: string };
}

/** Of a node's pods those in trouble have their events and owners told, this many at most. */
const MAX_TROUBLED = 8;
/** A pod younger than this came with something that may explain the trouble of its node, in seconds. */
const RECENT_SECONDS = 3600;
/** The service that answers DNS, by the name that all distributions keep for their pods' sake. */
const DNS = { namespace: 'kube-system', name: 'kube-dns' };

/**
 * Reads what the API server knows of a node or a pod, and renders it.
 *
 * All is read at once, and what fails or takes too long costs its lines only: the item says what is missing and why.
 */
export class ClusterContext {
  readonly #client: KubeClient;
  readonly #clock: Clock;

  constructor(deps: { client: KubeClient; clock: Clock }) {
    this.#client = deps.client;
    this.#clock = deps.clock;
  }

  /**
   * The items for one step.
   *
   * @param isFirst adds what does not change within a run: rollouts.
   */
  async gather(
    target: ClusterTarget,
    isFirst: boolean,
    call: { signal: AbortSignal },
  ): Promise<AgentTaskSpecClusterContext[]> {
    using reader = new ClusterReader({
      client: this.#client,
      clock: this.#clock,
      signal: call.signal,
    });
    const gathering = new Gathering(reader, target, this.#clock.now());
    // Awaited here, for the reader and its deadline end with this block.
    return await Promise.all(
      itemsOf(target, isFirst).map(async (id) => ({
        id,
        source: `Kubernetes API: ${CLUSTER_ITEMS[id]}`,
        text: renderItem({ id }, await gathering.lines(id)),
      })),
    );
  }
}

/** Beside a pod its neighbours matter once, to name their cgroups; what rolled out does not change within a run. */
function itemsOf({ pod }: ClusterTarget, isFirst: boolean): ClusterItemID[] {
  return [
    ...(pod ? (['pod'] as const) : []),
    'events',
    ...(isFirst ? (['rollout'] as const) : []),
    'node',
    ...(isFirst || !pod ? (['pods'] as const) : []),
    'cluster-dns',
  ];
}

/** One gathering: what several items need is read once. */
class Gathering {
  readonly #reader: ClusterReader;
  readonly #target: ClusterTarget;
  readonly #now: Date;
  readonly #node: Promise<Reading<Node>>;
  readonly #pods: Promise<Reading<Pod[]>>;
  readonly #pod: Promise<Reading<Pod>> | undefined;
  #ownersOfPods: Promise<Owners[]> | undefined;

  constructor(reader: ClusterReader, target: ClusterTarget, now: Date) {
    this.#reader = reader;
    this.#target = target;
    this.#now = now;
    this.#node = reader.get<Node>(NodeResource, { name: target.nodeName });
    const query = { fieldSelector: `spec.nodeName=${target.nodeName}` };
    this.#pods = reader.list<Pod>(PodResource, query, `pods of node ${target.nodeName}`);
    this.#pod = target.pod && reader.get<Pod>(PodResource, target.pod).then((reading) => samePod(reading, target));
  }

  /** The facts of one item. */
  lines(id: ClusterItemID): Promise<string[]> {
    const gather: Readonly<Record<ClusterItemID, () => Promise<string[]>>> = {
      pod: () => this.#podLines(),
      events: () => this.#eventLines(),
      rollout: () => this.#rolloutLines(),
      node: () => this.#nodeLines(),
      pods: () => this.#podsLines(),
      'cluster-dns': () => this.#dnsLines(),
    };
    return gather[id]();
  }

  #owners(): Promise<Owners[]> {
    this.#ownersOfPods ??= this.#rolledOut().then((pods) =>
      Promise.all(pods.map((pod) => ownersOf(pod, this.#reader))),
    );
    return this.#ownersOfPods;
  }

  async #podLines(): Promise<string[]> {
    const reading = await this.#pod;
    if (!reading) return [];
    if ('missing' in reading) return [missingLine(reading.missing)];
    const [owners] = await this.#owners();
    return askedPodLines(reading.value, { ...this.#view(), ...(owners ? { owners: owners.names } : {}) });
  }

  async #nodeLines(): Promise<string[]> {
    const [node, pods] = await Promise.all([this.#node, this.#pods]);
    if ('missing' in node) return [missingLine(node.missing)];
    const view = { now: this.#now, pods: 'value' in pods ? pods.value : undefined, isAsked: !this.#target.pod };
    return nodeLines(node.value, view);
  }

  async #podsLines(): Promise<string[]> {
    const pods = await this.#pods;
    return 'missing' in pods ? [missingLine(pods.missing)] : podsLines(pods.value, this.#view());
  }

  async #eventLines(): Promise<string[]> {
    const { nodeName } = this.#target;
    const nodeEvents = this.#events(
      { fieldSelector: `involvedObject.kind=Node,involvedObject.name=${nodeName}` },
      `node ${nodeName}`,
    );
    const podEvents = (await this.#about()).map(({ metadata: { namespace, name, uid } }) =>
      this.#events({ namespace, fieldSelector: `involvedObject.uid=${uid}` }, `pod ${namespace}/${name}`),
    );
    const { pod } = this.#target;
    const [owners] = pod ? await this.#owners() : [];
    const ownerEvents = (owners?.uids ?? []).map((uid, index) =>
      this.#events(
        { namespace: pod?.namespace, fieldSelector: `involvedObject.uid=${uid}` },
        owners?.names[index] ?? '',
      ),
    );
    const readings = await Promise.all([nodeEvents, ...podEvents, ...ownerEvents]);
    const events = readings.flatMap((reading) => ('value' in reading ? reading.value : []));
    return [...eventLines(events, this.#now), ...missingLines(readings)];
  }

  async #rolloutLines(): Promise<string[]> {
    const workloads = (await this.#owners()).flatMap(({ workload }) => (workload ? [workload] : []));
    const found = new Map<string, Workload>();
    for (const reading of workloads) {
      if ('value' in reading) found.set(reading.value.metadata.uid ?? '', reading.value);
    }
    const rollouts = await Promise.all([...found.values()].map((workload) => rolloutOf(workload, this.#reader)));
    return [
      ...rollouts.flatMap((reading) => ('value' in reading ? rolloutLines(reading.value, this.#now) : [])),
      ...missingLines([...workloads, ...rollouts]),
    ];
  }

  async #dnsLines(): Promise<string[]> {
    const { namespace, name } = DNS;
    const query = { namespace, labelSelector: `kubernetes.io/service-name=${name}` };
    const [service, slices] = await Promise.all([
      this.#reader.get<Service>(ServiceResource, DNS),
      this.#reader.list<EndpointSlice>(EndpointSliceResource, query, `endpoints of Service ${namespace}/${name}`),
    ]);
    if ('missing' in service || 'missing' in slices) return missingLines([service, slices]);
    const line = dnsServiceLine(service.value, slices.value, this.#now);
    const isHealthy = slices.value.some(({ endpoints }) => endpoints?.length) && !line.includes(' ready_endpoints=0');
    return isHealthy ? [line] : [line, ...(await this.#dnsPods())];
  }

  /** The pods behind the DNS service: told when none of them serves. */
  async #dnsPods(): Promise<string[]> {
    const query = { namespace: DNS.namespace, labelSelector: `k8s-app=${DNS.name}` };
    const pods = await this.#reader.list<Pod>(PodResource, query, `pods of Service ${DNS.namespace}/${DNS.name}`);
    return 'missing' in pods ? [missingLine(pods.missing)] : podsLines(pods.value, this.#view());
  }

  /** The pods whose events are told: the one asked about, or those of the node that are in trouble. */
  #about(): Promise<Pod[]> {
    return this.#podsThat((pod) => troubleOf(pod) > 0);
  }

  /** The pods whose rollouts are told: of a node also those that came lately, for what changed is the first suspect. */
  #rolledOut(): Promise<Pod[]> {
    const isNew = ({ metadata }: Pod): boolean =>
      (secondsSince(metadata.creationTimestamp, this.#now) ?? Infinity) < RECENT_SECONDS;
    return this.#podsThat((pod) => troubleOf(pod) > 0 || isNew(pod));
  }

  async #podsThat(matter: (pod: Pod) => boolean): Promise<Pod[]> {
    if (this.#pod) {
      const reading = await this.#pod;
      return 'value' in reading ? [reading.value] : [];
    }
    const pods = await this.#pods;
    return 'missing' in pods ? [] : inOrderOfTrouble(pods.value).filter(matter).slice(0, MAX_TROUBLED);
  }

  #events(
    query: { namespace?: string | undefined; fieldSelector: string },
    what: string,
  ): Promise<Reading<KubeEvent[]>> {
    return this.#reader.list<KubeEvent>(EventResource, query, `events of ${what}`);
  }

  #view(): { now: Date; askedUID: string | undefined } {
    return { now: this.#now, askedUID: this.#target.pod?.uid };
  }
}

/** A pod that was made anew under the same name is another one. */
function samePod(reading: Reading<Pod>, { pod }: ClusterTarget): Reading<Pod> {
  if (!pod || 'missing' in reading || reading.value.metadata.uid === pod.uid) return reading;
  const what = `Pod ${pod.namespace}/${pod.name} with uid ${pod.uid}`;
  return { missing: { what, why: 'it was deleted; a pod of that name was made since' } };
}

function missingLine(missing: { what: string; why: string }): string {
  return factLine('missing', missing);
}

function missingLines(readings: readonly Reading<unknown>[]): string[] {
  return [...new Set(readings.flatMap((reading) => ('missing' in reading ? [missingLine(reading.missing)] : [])))];
}
