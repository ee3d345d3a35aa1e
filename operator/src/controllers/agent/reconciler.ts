import type { Agent } from '@nannyapi/crds';
import type { ReconcileCall, Reconciler, ReconcileResult } from '@nannyapi/runtime';
import type { SilenceLimits } from '../../agents/readiness.ts';
import { agentStatusOf } from './status.ts';

/** Keeps the conditions of agents true, also when nothing but time passes. */
export class AgentReconciler implements Reconciler<Agent> {
  readonly #silence: SilenceLimits;
  readonly #policyHash: string;

  constructor(deps: { silence: SilenceLimits; policyHash: string }) {
    this.#silence = deps.silence;
    this.#policyHash = deps.policyHash;
  }

  async reconcile(agent: Agent, { now }: ReconcileCall): Promise<ReconcileResult<Agent>> {
    const { status, readiness } = agentStatusOf(agent, { silence: this.#silence, policyHash: this.#policyHash, now });
    return { status, requeueAfterSeconds: readiness.changesInSeconds };
  }
}
