import type { Agent, AgentCredential } from '@nannyapi/crds';
import {
  setCondition,
  type LiveReader,
  type ReconcileCall,
  type Reconciler,
  type ReconcileResult,
  type ResourceClient,
  isKubeError,
} from '@nannyapi/runtime';
import { isAgentGone, readyOfCredential } from './credential-state.ts';
import { deleteThis } from './delete-this.ts';

/** Says whether each credential is good, and deletes those whose Agent is gone. */
export class CredentialReconciler implements Reconciler<AgentCredential> {
  readonly #client: ResourceClient<AgentCredential>;
  readonly #agents: LiveReader<Agent>;

  constructor(deps: { client: ResourceClient<AgentCredential>; agents: LiveReader<Agent> }) {
    this.#client = deps.client;
    this.#agents = deps.agents;
  }

  async reconcile(
    credential: AgentCredential,
    { now, signal }: ReconcileCall,
  ): Promise<ReconcileResult<AgentCredential>> {
    if (isAgentGone(credential, await this.#agentOf(credential, signal))) {
      await deleteThis(this.#client, credential, signal);
      return {};
    }
    const { ready, changesInSeconds } = readyOfCredential(credential, now);
    const { generation } = credential.metadata;
    const conditions = setCondition(
      credential.status?.conditions ?? [],
      { ...ready, observedGeneration: generation },
      now,
    );
    return { status: { ...credential.status, conditions }, requeueAfterSeconds: changesInSeconds };
  }

  /** Asked live: an Agent that was enrolled this instant may be in no cache yet, and its credential must not go for that. */
  async #agentOf({ spec }: AgentCredential, signal: AbortSignal): Promise<Agent | undefined> {
    try {
      return await this.#agents.get(spec.agentRef, { signal });
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}
