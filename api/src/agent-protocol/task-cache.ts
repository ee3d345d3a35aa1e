import { AgentTaskResource, type AgentTask } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import { createInformer, type Informer, type KubeClient } from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { withoutOutputs } from './without-outputs.ts';

const OPEN_BY_AGENT = 'openByAgent';
const BY_UID = 'byUID';
const BY_OWNER = 'byOwner';

/** Whether an agent still has to do something about a task. */
export function isOpen(task: AgentTask): boolean {
  return task.status?.outcome === undefined && task.metadata.deletionTimestamp === undefined;
}

/** The key of the Agent object that a task is for; without a namespace it is meant where the task is. */
export function agentKeyOf({ metadata, spec }: AgentTask): string {
  return `${spec.agentRef.namespace ?? metadata.namespace ?? ''}/${spec.agentRef.name}`;
}

/** The uid of the object that controls a task: its Investigation. */
export function ownerUIDOf(task: AgentTask): string | undefined {
  return task.metadata.ownerReferences?.find((owner) => owner.controller)?.uid;
}

/** The one local copy of all tasks, without their outputs, found by agent, by uid and by investigation. */
export class TaskCache {
  readonly informer: Informer<AgentTask>;

  constructor(deps: { client: KubeClient; clock: Clock; log: Logger; registry: Registry }) {
    this.informer = createInformer<AgentTask>({
      ...deps,
      client: deps.client.resource<AgentTask>(AgentTaskResource),
      name: 'facade-agenttasks',
      transform: withoutOutputs,
      indexes: {
        [OPEN_BY_AGENT]: (task) => (isOpen(task) ? [agentKeyOf(task)] : []),
        [BY_UID]: (task) => [task.metadata.uid ?? ''],
        [BY_OWNER]: (task) => [ownerUIDOf(task) ?? ''],
      },
    });
  }

  /** The open tasks of one agent; the cost does not depend on how many tasks it ever had. */
  openTasksOf(agent: string): AgentTask[] {
    return this.informer.store.byIndex(OPEN_BY_AGENT, agent);
  }

  byUID(uid: string): AgentTask | undefined {
    return this.informer.store.byIndex(BY_UID, uid)[0];
  }

  /** The tasks that an object with that uid controls. */
  ownedBy(uid: string): AgentTask[] {
    return this.informer.store.byIndex(BY_OWNER, uid);
  }
}
