import { API_VERSION, InvestigationResource, type Investigation } from '@nannyapi/crds';
import type { Clock } from '@nannyapi/process';
import type { AnomalyReport } from '@nannyapi/protocol';
import type { KubeClient, ResourceClient } from '@nannyapi/runtime';
import { ApiError } from '../http/api-error.ts';
import { CALL } from '../http/kube-call.ts';
import { agentKey, principalName, type AgentPrincipal } from '../identity/principal.ts';

/** Reports that one agent may make in {@link WINDOW_MS}: a host gone mad must not flood the operator. */
const MAX_REPORTS = 6;
const WINDOW_MS = 10 * 60 * 1000;

/** Opens investigations that agents ask for, each of its own host only. */
export class AnomalyService {
  readonly #investigations: ResourceClient<Investigation>;
  readonly #clock: Clock;
  /** When each agent reported lately, oldest first, on the monotonic clock. */
  readonly #reportsMs = new Map<string, number[]>();

  constructor(deps: { client: KubeClient; clock: Clock }) {
    this.#investigations = deps.client.resource<Investigation>(InvestigationResource);
    this.#clock = deps.clock;
  }

  /** @throws ApiError `TooManyRequests`, `ValidationFailed`. */
  async open(agent: AgentPrincipal, report: AnomalyReport): Promise<{ name: string; uid: string }> {
    this.#count(agentKey(agent));
    const created = await this.#investigations.create(
      {
        apiVersion: API_VERSION,
        kind: 'Investigation',
        metadata: { namespace: agent.namespace, generateName: 'anomaly-' },
        spec: { ...report, agentRef: { name: agent.name }, requestedBy: principalName(agent) },
      },
      CALL,
    );
    return { name: created.metadata.name ?? '', uid: created.metadata.uid ?? '' };
  }

  /** Drops what is remembered of an agent that is gone. */
  forget(agent: string): void {
    this.#reportsMs.delete(agent);
  }

  #count(agent: string): void {
    const now = this.#clock.monotonicMs();
    const recent = (this.#reportsMs.get(agent) ?? []).filter((reportMs) => now - reportMs < WINDOW_MS);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= MAX_REPORTS)
      throw new ApiError('TooManyRequests', `At most ${MAX_REPORTS} reports in ${WINDOW_MS / 60_000} minutes`, {
        retryAfterSeconds: (oldest + WINDOW_MS - now) / 1000,
      });
    this.#reportsMs.set(agent, [...recent, now]);
  }
}
