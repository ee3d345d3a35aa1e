import type { Agent, AgentStatus } from '@nannyapi/crds';
import { setCondition, type Condition, type ConditionInput } from '@nannyapi/runtime';
import { readinessOf, type Readiness, type SilenceLimits } from '../../agents/readiness.ts';

/** What an agent is judged by beside its own object. */
export interface AgentStatusFacts {
  silence: SilenceLimits;
  /** The hash of the operator's safety policy. */
  policyHash: string;
  now: Date;
}

/**
 * The whole status of an agent: what the API wrote there stays, the conditions and the phase are worked out from it.
 */
export function agentStatusOf(agent: Agent, facts: AgentStatusFacts): { status: AgentStatus; readiness: Readiness } {
  const readiness = readinessOf(agent, facts.silence, facts.now);
  const inputs = [readyOf(readiness), policyDiffersOf(agent, facts.policyHash)];
  const conditions = inputs.reduce<Condition[]>(
    (list, input) => setCondition(list, { ...input, observedGeneration: agent.metadata.generation }, facts.now),
    agent.status?.conditions ?? [],
  );
  return { status: { ...agent.status, phase: phaseOf(readiness), conditions }, readiness };
}

function readyOf({ isReady, reason, message }: Readiness): ConditionInput {
  return { type: 'Ready', status: isReady ? 'True' : 'False', reason, message };
}

function policyDiffersOf(agent: Agent, policyHash: string): ConditionInput {
  const type = 'PolicyDiffers';
  const theirs = agent.status?.policyHash;
  if (theirs === undefined)
    return {
      type,
      status: 'Unknown',
      reason: 'NeverConnected',
      message: 'The agent has not said which policy it applies',
    };
  if (theirs === policyHash)
    return { type, status: 'False', reason: 'SamePolicy', message: 'Agent and operator apply the same safety policy' };
  const message = `The agent (version ${agent.status?.version ?? 'unknown'}) applies another safety policy than the operator; its own decides`;
  return { type, status: 'True', reason: 'OtherPolicy', message };
}

function phaseOf({ isReady, reason }: Readiness): NonNullable<AgentStatus['phase']> {
  if (reason === 'Revoked') return 'Revoked';
  return isReady ? 'Active' : 'Inactive';
}
