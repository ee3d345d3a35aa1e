import {
  AgentResource,
  AgentTaskResource,
  EvidenceResource,
  InvestigationResource,
  type Agent,
  type AgentTask,
  type Evidence,
  type Investigation,
} from '@nannyapi/crds';
import type { KubeClient, ResourceClient } from '@nannyapi/runtime';

/** The resources that the operator works with. */
export interface OurResources {
  agents: ResourceClient<Agent>;
  evidence: ResourceClient<Evidence>;
  investigations: ResourceClient<Investigation>;
  tasks: ResourceClient<AgentTask>;
}

/** Clients for our kinds, over one connection. */
export function ourResources(client: KubeClient): OurResources {
  return {
    agents: client.resource<Agent>(AgentResource),
    evidence: client.resource<Evidence>(EvidenceResource),
    investigations: client.resource<Investigation>(InvestigationResource),
    tasks: client.resource<AgentTask>(AgentTaskResource),
  };
}
