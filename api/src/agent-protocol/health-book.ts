import { AgentResource, type Agent } from '@nannyapi/crds';
import { errorMessage, type Clock, type Logger } from '@nannyapi/process';
import type { Heartbeat } from '@nannyapi/protocol';
import { isKubeError, type KubeClient, type ResourceClient } from '@nannyapi/runtime';
import { CALL } from '../http/kube-call.ts';
import { agentKey, type AgentPrincipal } from '../identity/principal.ts';
import { healthDigest, healthPatch, type AgentHealth } from './health-status.ts';

/** How long `Agent.status` may lag behind an agent that says nothing new, in milliseconds. */
export const FOLD_INTERVAL_MS = 120_000;
/** Writes in flight; ten thousand agents that reconnect at once must not crowd out claims. */
const MAX_WRITES = 8;
const MAX_CLEAR_TRIES = 3;

interface Entry {
  agent: AgentPrincipal;
  health: AgentHealth;
  /** Of the health that was last written. */
  writtenDigest?: string;
  writtenMs: number;
  isQueued: boolean;
}

/**
 * Keeps the health of agents in memory and folds it into `Agent.status`: at once when something changed, else at
 * most every two minutes. Heartbeats never become writes one for one.
 */
export class HealthBook {
  readonly #agents: ResourceClient<Agent>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => Promise<void>)[] = [];
  #writing = 0;

  constructor(deps: { client: KubeClient; clock: Clock; log: Logger }) {
    this.#agents = deps.client.resource<Agent>(AgentResource);
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** The agent opened a stream. Returns what to call when that stream, and no later one, has ended. */
  connected(agent: AgentPrincipal, address: string): () => void {
    const connection = { time: this.#clock.now(), address };
    this.#note(agent, { connection });
    return () => {
      const entry = this.#entries.get(agentKey(agent));
      if (entry?.health.connection === connection) entry.health = { ...entry.health, connection: undefined };
      this.#enqueue(() => this.#clearConnection(agent, connection.time.toISOString()));
    };
  }

  /** The agent said how it is. */
  heartbeat(agent: AgentPrincipal, heartbeat: Heartbeat): void {
    this.#note(agent, { heartbeat });
  }

  /** Drops an agent that is gone for good. */
  forget(agent: string): void {
    this.#entries.delete(agent);
  }

  #note(agent: AgentPrincipal, news: Pick<AgentHealth, 'heartbeat' | 'connection'>): void {
    const key = agentKey(agent);
    const entry = this.#entries.get(key) ?? {
      agent,
      health: { seenTime: this.#clock.now() },
      writtenMs: Number.NEGATIVE_INFINITY,
      isQueued: false,
    };
    this.#entries.set(key, entry);
    entry.health = { ...entry.health, ...news, seenTime: this.#clock.now() };
    const isDue = this.#clock.monotonicMs() - entry.writtenMs >= FOLD_INTERVAL_MS;
    if (entry.isQueued || (!isDue && healthDigest(entry.health) === entry.writtenDigest)) return;
    entry.isQueued = true;
    this.#enqueue(() => this.#fold(entry));
  }

  async #fold(entry: Entry): Promise<void> {
    entry.isQueued = false;
    const { agent, health } = entry;
    const digest = healthDigest(health);
    const { namespace, name } = agent;
    await this.#agents.patchStatus({ namespace, name }, { status: healthPatch(health) }, CALL);
    entry.writtenDigest = digest;
    entry.writtenMs = this.#clock.monotonicMs();
    // Something changed while the write was under way; its own note saw a queued entry, or an older digest.
    if (healthDigest(entry.health) !== digest && !entry.isQueued) {
      entry.isQueued = true;
      this.#enqueue(() => this.#fold(entry));
    }
  }

  /** Takes the connection out of the status, unless the agent has connected again, here or elsewhere. */
  async #clearConnection({ namespace, name }: AgentPrincipal, connectedTime: string): Promise<void> {
    for (let tries = 0; tries < MAX_CLEAR_TRIES; tries++) {
      const live = await this.#agents.get({ namespace, name }, CALL);
      if (live.status?.connectedTime !== connectedTime) return;
      const { resourceVersion } = live.metadata;
      try {
        const patch = { metadata: { resourceVersion }, status: { connectedTime: null } };
        await this.#agents.patchStatus({ namespace, name }, patch, CALL);
        return;
      } catch (error) {
        if (!isKubeError(error, 'Conflict')) throw error;
      }
    }
  }

  #enqueue(write: () => Promise<void>): void {
    this.#queue.push(write);
    this.#writeNext();
  }

  #writeNext(): void {
    if (this.#writing >= MAX_WRITES) return;
    const write = this.#queue.shift();
    if (!write) return;
    this.#writing++;
    void write()
      .catch((error: unknown) => {
        // The next heartbeat tries again; an Agent that was deleted meanwhile needs no status.
        if (!isKubeError(error, 'NotFound'))
          this.#log.warn({ err: error, reason: errorMessage(error) }, 'Could not write the health of an agent');
      })
      .finally(() => {
        this.#writing--;
        this.#writeNext();
      });
  }
}
