import type { BlockList } from 'node:net';
import type { Clock } from '@nannyapi/process';
import { BoundedMap, isKubeError, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { addressesOf, NodeResource, type Node } from './cluster-node.ts';

/** What of a node is remembered. */
export interface KnownNode {
  uid: string;
  addresses: BlockList;
}

/** How long a node is not read again; its addresses hardly ever change. */
const FRESH_MS = 60_000;
/** How soon a node may be read again because what is remembered of it does not fit, or because there is none. */
const RECHECK_MS = 5_000;
const MAX_NODES = 20_000;

interface Entry {
  /** Absent when there is no such node. */
  node: KnownNode | undefined;
  readMs: number;
}

/** Knows the nodes of agents: one read a minute and agent at most, and no watch, for Nodes change every few seconds. */
export class NodeDirectory {
  readonly #nodes: ResourceClient<Node>;
  readonly #clock: Clock;
  readonly #entries = new BoundedMap<Entry>(MAX_NODES);
  readonly #reading = new Map<string, Promise<KnownNode | undefined>>();

  constructor(deps: { client: KubeClient; clock: Clock }) {
    this.#nodes = deps.client.resource<Node>(NodeResource);
    this.#clock = deps.clock;
  }

  /**
   * The node of that name, in a state that satisfies the caller if there is one that does.
   *
   * @param suits whether the remembered state will do; if not, the node is read anew.
   * @throws ApiError `Unavailable`.
   */
  async find(name: string, suits: (node: KnownNode) => boolean): Promise<KnownNode | undefined> {
    const known = this.#entries.get(name);
    const ageMs = this.#clock.monotonicMs() - (known?.readMs ?? Number.NEGATIVE_INFINITY);
    const isGood = known?.node !== undefined && suits(known.node);
    if (known && ageMs < (isGood ? FRESH_MS : RECHECK_MS)) return known.node;
    const reading = this.#reading.get(name) ?? this.#read(name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #read(name: string): Promise<KnownNode | undefined> {
    const readMs = this.#clock.monotonicMs();
    const node = await this.#get(name);
    this.#entries.set(name, { node, readMs });
    return node;
  }

  async #get(name: string): Promise<KnownNode | undefined> {
    try {
      const node = await this.#nodes.get({ name }, CALL);
      return { uid: node.metadata.uid ?? '', addresses: addressesOf(node) };
    } catch (cause) {
      if (isKubeError(cause, 'NotFound')) return undefined;
      throw new ApiError('Unavailable', `Node ${name} could not be read`, {
        cause,
        retryAfterSeconds: 3,
        publicDetail:
          'The API server cannot be asked about the node of this agent at the moment. Ask again in a while.',
      });
    }
  }
}
