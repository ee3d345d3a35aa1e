import { sleepOn, type Clock, type FakeClock, type Timer } from '@nannyapi/process';
import { KubeApiError } from '../src/client/kube-api-error.ts';
import type { LeaseClient } from '../src/leader-election/lease-lock.ts';
import { LeaderElection } from '../src/leader-election/leader-election.ts';
import type { Lease } from '../src/leader-election/lease.ts';
import { silentLog } from './widget.ts';

/** When a process is stopped, and for how long, in milliseconds. */
export interface Stop {
  atMs: number;
  forMs: number;
}

/** One candidate of a simulation. */
export interface CandidateOptions {
  /** Its wall clock is off by so much at first. */
  skewMs: number;
  /** When its wall clock is set, and by how much. */
  steps: { atMs: number; byMs: number }[];
  /** Its clocks run so much too fast (above 1) or too slow. */
  rate: number;
  stops: Stop[];
  /** It dies then, and never comes back. */
  diesAtMs: number;
  /** It is asked to stop then, and does so in good order. */
  leavesAtMs: number;
}

/** The truth: one lease with versions, and what leaders wrote, in the order in which it arrived. */
export class LeaseRoom {
  readonly arrived: string[] = [];
  #lease: Lease | undefined;
  #version = 0;

  get(): Lease {
    if (!this.#lease) throw new KubeApiError({ code: 'NotFound', message: 'No lease', status: 404 });
    return structuredClone(this.#lease);
  }

  create(lease: Lease): Lease {
    if (this.#lease) throw new KubeApiError({ code: 'AlreadyExists', message: 'There is one', status: 409 });
    return this.#store(lease);
  }

  update(lease: Lease): Lease {
    if (this.get().metadata.resourceVersion !== lease.metadata.resourceVersion) {
      throw new KubeApiError({ code: 'Conflict', message: 'It changed', status: 409 });
    }
    return this.#store(lease);
  }

  /** Somebody deletes the lease by hand. */
  delete(): void {
    this.#lease = undefined;
  }

  #store(lease: Lease): Lease {
    this.#version += 1;
    this.#lease = structuredClone({ ...lease, metadata: { ...lease.metadata, resourceVersion: `${this.#version}` } });
    return this.get();
  }
}

/** A network that loses and delays, by dice. */
export interface Weather {
  clock: FakeClock;
  random: () => number;
  lossRatio: number;
  maxLatencyMs: number;
}

/** How late a leader's write may arrive: less than lease duration and renew deadline lie apart, clocks of 2 % included. */
const MAX_WRITE_LATENCY_MS = 4_000;

/**
 * A process that stands for election and, when it leads, writes without ever looking at its signal: only the guard
 * can stop it. It begins anew, as another process, whenever it lost.
 */
export class SimulatedCandidate {
  readonly clock: Clock;
  readonly #name: string;
  readonly #room: LeaseRoom;
  readonly #weather: Weather;
  readonly #options: CandidateOptions;
  #terms = 0;
  #election: LeaderElection | undefined;

  constructor(name: string, { room, weather }: { room: LeaseRoom; weather: Weather }, options: CandidateOptions) {
    this.#name = name;
    this.#room = room;
    this.#weather = weather;
    this.#options = options;
    this.clock = {
      now: () => new Date(weather.clock.now().getTime() + this.#offByMs()),
      monotonicMs: () => weather.clock.monotonicMs() * options.rate,
      setTimer: (ms, fn) => this.#setTimer(ms, fn),
      sleep: (ms, { signal } = {}) => sleepOn(this.clock, ms, signal),
    };
  }

  /** Whether it leads, as far as it can tell; a stopped process can do nothing with the answer. */
  isLeading(): boolean {
    return this.#stoppedForMs() === 0 && (this.#election?.isLeading() ?? false);
  }

  async run(): Promise<void> {
    const leaving = new AbortController();
    this.clock.setTimer(this.#options.leavesAtMs * this.#options.rate, () => leaving.abort());
    while (!leaving.signal.aborted) {
      this.#election = new LeaderElection({
        leases: this.#leases(),
        lease: { namespace: 'default', name: 'sim' },
        hostname: this.#name,
        clock: this.clock,
        log: silentLog,
        random: this.#weather.random,
      });
      await this.#election.lead(leaving.signal, () => this.#write(leaving.signal)).catch(() => undefined);
    }
  }

  /** Ends when a write is refused, or when asked to leave; then with writes still under way. */
  async #write(leaving: AbortSignal): Promise<void> {
    const term = `${this.#name}#${(this.#terms += 1)}`;
    const { clock, random } = this.#weather;
    while (!leaving.aborted) {
      try {
        const permit = this.#election?.guard.admit();
        const answer = (): void => {
          this.#setTimer(0, () => permit?.[Symbol.dispose]());
        };
        clock.setTimer(random() * MAX_WRITE_LATENCY_MS, () => {
          this.#room.arrived.push(term);
          clock.setTimer(random() * 100, answer);
        });
      } catch {
        return;
      }
      await this.clock.sleep(50 + random() * 450);
    }
  }

  #offByMs(): number {
    const nowMs = this.#weather.clock.monotonicMs();
    const taken = this.#options.steps.filter(({ atMs }) => nowMs >= atMs);
    return taken.reduce((sum, { byMs }) => sum + byMs, this.#options.skewMs);
  }

  /** A timer that falls due in a stopped process runs when it goes on. */
  #setTimer(ms: number, fn: () => void): Timer {
    const { clock } = this.#weather;
    let timer: Timer;
    const fire = (): void => {
      const stoppedMs = this.#stoppedForMs();
      if (stoppedMs === 0) fn();
      else if (Number.isFinite(stoppedMs)) timer = clock.setTimer(stoppedMs, fire);
    };
    timer = clock.setTimer(ms / this.#options.rate, fire);
    return { cancel: () => timer.cancel() };
  }

  #stoppedForMs(): number {
    const nowMs = this.#weather.clock.monotonicMs();
    if (nowMs >= this.#options.diesAtMs) return Number.POSITIVE_INFINITY;
    const stop = this.#options.stops.find(({ atMs, forMs }) => nowMs >= atMs && nowMs < atMs + forMs);
    return stop ? stop.atMs + stop.forMs - nowMs : 0;
  }

  #leases(): LeaseClient {
    return {
      get: (_ref, call) => this.#request(() => this.#room.get(), call),
      create: (lease, call) => this.#request(() => this.#room.create(lease), call),
      update: (lease, call) => this.#request(() => this.#room.update(lease), call),
      // A candidate without the right to watch, which must get on by polling.
      watch: () => {
        throw new KubeApiError({ code: 'Forbidden', message: 'No watch', status: 403 });
      },
    };
  }

  /** A request may arrive although its caller gave up, and its answer may be lost. */
  async #request<R>(act: () => R, call: Parameters<LeaseClient['get']>[1]): Promise<R> {
    const { clock, random, lossRatio, maxLatencyMs } = this.#weather;
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const isLost = [random() < lossRatio, random() < lossRatio];
    const travelMs = [random() * maxLatencyMs, random() * maxLatencyMs];
    const arrive = (): void => {
      if (isLost[0]) return;
      let answer: () => void;
      try {
        const result = act();
        answer = () => resolve(result);
      } catch (error) {
        answer = () => reject(error);
      }
      if (!isLost[1]) clock.setTimer(travelMs[1] ?? 0, () => this.#setTimer(0, answer));
    };
    clock.setTimer(travelMs[0] ?? 0, arrive);
    const giveUp = (code: string) => (): void => reject(new KubeApiError({ code, message: code, status: 504 }));
    const timer = this.clock.setTimer(call?.deadlineMs ?? 30_000, giveUp('Timeout'));
    call?.signal?.addEventListener('abort', giveUp('Aborted'), { once: true });
    return promise.finally(() => timer.cancel());
  }
}
