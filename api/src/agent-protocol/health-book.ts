import { AgentResource, type Agent } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
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
  /** A write that is queued or under way; one at a time, or an older state could overtake a newer one. */
  writing?: Promise<void> | undefined;
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
    const connection = { time: this.#clock.now(), address, keyThumbprint: agent.keyThumbprint };
    this.#note(agent, { connection });
    return () => {
      const entry = this.#entries.get(agentKey(agent));
      if (entry) dropConnection(entry, connection);
      // Behind the write that tells of this very connection, if it is still on its way.
      const written = entry?.writing ?? Promise.resolve();
      void written.then(() => this.#enqueue(() => this.#clearConnection(agent, connection.time.toISOString())));
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
    };
    this.#entries.set(key, entry);
    entry.health = { ...entry.health, ...news, seenTime: this.#clock.now() };
    this.#writeIfNew(entry);
  }

  #writeIfNew(entry: Entry): void {
    const isDue = this.#clock.monotonicMs() - entry.writtenMs >= FOLD_INTERVAL_MS;
    if (entry.writing || (!isDue && healthDigest(entry.health) === entry.writtenDigest)) return;
    entry.writing = this.#write(entry);
  }

  async #write(entry: Entry): Promise<void> {
    const isWritten = await this.#enqueue(() => this.#fold(entry));
    entry.writing = undefined;
    // What was said while the write was under way. A failed write waits for the next heartbeat instead.
    if (isWritten) this.#writeIfNew(entry);
  }

  async #fold(entry: Entry): Promise<void> {
    const { agent, health } = entry;
    const { namespace, name } = agent;
    await this.#agents.patchStatus({ namespace, name }, { status: healthPatch(health) }, CALL);
    if (health.connection) dropConnection(entry, health.connection);
    entry.writtenDigest = healthDigest({ ...health, connection: undefined });
    entry.writtenMs = this.#clock.monotonicMs();
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

  /** Runs a write when its turn comes. Never rejects; tells whether it succeeded. */
  #enqueue(write: () => Promise<void>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#queue.push(() => this.#attempt(write).then(resolve));
    this.#writeNext();
    return promise;
  }

  #writeNext(): void {
    if (this.#writing >= MAX_WRITES) return;
    const write = this.#queue.shift();
    if (!write) return;
    this.#writing++;
    void write().finally(() => {
      this.#writing--;
      this.#writeNext();
    });
  }

  async #attempt(write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      // The next heartbeat tries again; an Agent that was deleted meanwhile needs no status.
      if (!isKubeError(error, 'NotFound')) this.#log.warn({ err: error }, 'Could not write the health of an agent');
      return false;
    }
  }
}

/** Forgets a connection that was written or has ended; a later one stays. */
function dropConnection(entry: Entry, connection: AgentHealth['connection']): void {
  if (entry.health.connection === connection) entry.health = { ...entry.health, connection: undefined };
}
