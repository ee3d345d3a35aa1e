import type { Agent, AgentTask, Investigation } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, type Informer } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { BY_OWNER, ownerUIDs } from './controllers/investigation/fresh-tasks.ts';
import { awaitedAgentsOf } from './targets/awaited-agents.ts';
import { BY_NODE, nodesOf } from './targets/target-finder.ts';
import { forgetOutputsOfFinished, keepOutputsWhileRunning } from './finished-outputs.ts';
import type { OurResources } from './our-resources.ts';

/** Index of investigations by the keys of {@link awaitedAgentsOf}. */
export const BY_AGENT = 'agent';

/** Local copies of the kinds that the operator decides on. Evidence is not among them: it is bulky and read when needed. */
export interface OurInformers {
  agents: Informer<Agent>;
  investigations: Informer<Investigation>;
  tasks: Informer<AgentTask>;
}

/** What informers need beside their resource. */
export interface InformerDeps {
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  ownNamespace: string;
}

/** Informers of our kinds in all namespaces. */
export function watchOurKinds(resources: OurResources, deps: InformerDeps): OurInformers {
  const { clock, log, registry, ownNamespace } = deps;
  const agents = createInformer({
    client: resources.agents,
    name: 'agents',
    indexes: { [BY_NODE]: (agent) => nodesOf(agent, ownNamespace) },
    clock,
    log,
    registry,
  });
  const investigations = createInformer({
    client: resources.investigations,
    name: 'investigations',
    indexes: { [BY_AGENT]: awaitedAgentsOf },
    clock,
    log,
    registry,
  });
  const tasks = createInformer({
    client: resources.tasks,
    name: 'agenttasks',
    indexes: { [BY_OWNER]: ownerUIDs },
    transform: keepOutputsWhileRunning(investigations),
    clock,
    log,
    registry,
  });
  forgetOutputsOfFinished({ investigations, tasks });
  return { agents, investigations, tasks };
}
