import type { Agent, AgentTask, Investigation } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, refKey, type Informer } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { BY_OWNER, ownerUIDs } from './controllers/investigation/fresh-tasks.ts';
import { agentNameOf } from './controllers/investigation/run-observer.ts';
import { forgetOutputsOfFinished, keepOutputsWhileRunning } from './finished-outputs.ts';
import type { OurResources } from './our-resources.ts';

/** Index of investigations by the key of their agent. */
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
  const byAgent = (investigation: Investigation): string[] => {
    const name = agentNameOf(investigation, ownNamespace);
    return name === undefined ? [] : [refKey({ namespace: investigation.metadata.namespace, name })];
  };
  const agents = createInformer({ client: resources.agents, name: 'agents', clock, log, registry });
  const investigations = createInformer({
    client: resources.investigations,
    name: 'investigations',
    indexes: { [BY_AGENT]: byAgent },
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
