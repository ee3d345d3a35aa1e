import type { Heartbeat } from '@nannyapi/protocol';
import { errorCode, type Clock, type Logger } from '@nannyapi/process';
import type { ControlPlane } from '../connection/control-plane.ts';
import type { Host, HostCapabilities, HostFacts } from '../host/host.ts';

/** What a heartbeat tells beside the state of the host. */
export type HeartbeatIdentity = Pick<Heartbeat, 'version' | 'policyHash' | 'journalID'>;

/** What the heart needs. */
export interface HeartDeps {
  controlPlane: ControlPlane;
  host: Host;
  clock: Clock;
  log: Logger;
  identity: HeartbeatIdentity;
}

/** Tools come and go rarely; a look at all of them costs some milliseconds. */
const LOOK_AGAIN_MS = 10 * 60_000;

/** Tells the control plane, at the pace that it asks for, that the agent lives and what the host can do. */
export class Heart {
  readonly #deps: HeartDeps;
  #seconds = 30;
  #look: { facts: HostFacts; capabilities: HostCapabilities; atMs: number } | undefined;
  #wake: (() => void) | undefined;

  constructor(deps: HeartDeps) {
    this.#deps = deps;
  }

  /** Beats at once, because a connection began, and from now on every `seconds`. */
  beatNow(seconds: number): void {
    this.#seconds = seconds;
    this.#wake?.();
  }

  /** Beats until the signal aborts; the first beat waits for {@link beatNow}. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#rest(signal);
    while (!signal.aborted) {
      await this.#beat(signal);
      await this.#rest(signal, this.#seconds * 1000);
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { controlPlane, identity, log } = this.#deps;
    try {
      const { facts, capabilities } = await this.#lookAtHost();
      const { heartbeatSeconds } = await controlPlane.heartbeat({ ...identity, facts, capabilities }, signal);
      this.#seconds = heartbeatSeconds;
    } catch (error) {
      // The stream tells a lost connection; one missed beat is nothing to wake a person for.
      if (!signal.aborted) log.debug({ code: errorCode(error), err: error }, 'Missed a heartbeat');
    }
  }

  async #lookAtHost(): Promise<{ facts: HostFacts; capabilities: HostCapabilities }> {
    const { clock, host } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (this.#look && nowMs - this.#look.atMs < LOOK_AGAIN_MS) return this.#look;
    const [facts, capabilities] = await Promise.all([host.facts(), host.capabilities()]);
    this.#look = { facts, capabilities, atMs: nowMs };
    return this.#look;
  }

  /** Rests for a time, or without one until woken; a wake or the signal ends either. */
  async #rest(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const onAbort = (): void => resolve();
    const timer = ms === undefined ? undefined : this.#deps.clock.setTimer(ms, resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    await promise;
    signal.removeEventListener('abort', onAbort);
    timer?.cancel();
    this.#wake = undefined;
  }
}
