import type { Investigation } from '@nannyapi/crds';
import type { Clock, Logger } from '@nannyapi/process';
import {
  createController,
  EventRecorder,
  findCondition,
  Manager,
  objectKey,
  refKey,
  type HealthCheck,
  type KubeClient,
  type KubeObject,
  type LeaderElection,
  type Runnable,
} from '@nannyapi/runtime';
import type { Registry } from 'prom-client';
import { identityControllers } from './controllers/identity/index.ts';
import { AgentReconciler } from './controllers/agent/reconciler.ts';
import { RunObserver } from './controllers/investigation/run-observer.ts';
import type { Consulted } from './controllers/investigation/consult.ts';
import { Consultations } from './controllers/investigation/consultations.ts';
import { FreshTasks } from './controllers/investigation/fresh-tasks.ts';
import type { RunLimits } from './controllers/investigation/limits.ts';
import { InvestigationReconciler } from './controllers/investigation/reconciler.ts';
import { isCopy, isFinished, succeededOf } from './controllers/investigation/run.ts';
import { Story } from './controllers/investigation/story.ts';
import { TaskWriter } from './controllers/investigation/task-writer.ts';
import { UntoldProgress } from './controllers/investigation/untold-progress.ts';
import { WakeSource } from './controllers/investigation/wake-source.ts';
import type { CaseFile, Diagnostician, Finding } from './diagnosticians/diagnostician.ts';
import { measured } from './diagnosticians/measured.ts';
import { EvidenceReader } from './evidence/evidence-reader.ts';
import type { ActionPolicy } from './moves/action-policy.ts';
import { ClusterContext } from './cluster-context/index.ts';
import { keysOfAgent } from './targets/awaited-agents.ts';
import { TargetFinder } from './targets/target-finder.ts';
import { TargetLookup } from './targets/target-lookup.ts';
import { createInvestigationMetrics } from './controllers/investigation/metrics.ts';
import { BY_AGENT, watchOurKinds, type OurInformers } from './our-informers.ts';
import { ourResources, type OurResources } from './our-resources.ts';

/** What an operator is built from. */
export interface OperatorParts {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  registry?: Registry | undefined;
  diagnostician: Diagnostician;
  /** The built-in rules; pure. */
  findings: (file: CaseFile) => Finding[];
  policy: ActionPolicy;
  limits: RunLimits;
  /** Where agents of nodes live. */
  ownNamespace: string;
  /** How many investigations are looked at at once. */
  workers: number;
  /** Decides which of several replicas works; absent where there is but one. */
  election?: LeaderElection | undefined;
}

/** A running operator, and how it fares. */
export interface Operator extends Runnable {
  /** Whether everything has synced and runs. */
  isReady(): boolean;
  /** Names of the parts that are not as they should be. */
  unhealthy(): string[];
  /** One check a part: whether it has begun its work. */
  readiness(): HealthCheck[];
  /** One check a part: whether it is stuck such that only a new process would help. */
  liveness(): HealthCheck[];
}

/** How long a pass waits for a diagnostician that answers at once, in milliseconds. */
const PATIENCE_MS = 200;
/** A run tells one event a step and one a refusal, and its steps are limited: all of its story is worth telling. */
const EVENT_LIMITS = { maxSimilar: 64, burst: 128 };

/** Builds an operator; nothing is read or started before `start`. */
export function buildOperator(parts: OperatorParts): Operator {
  const { clock, log, election } = parts;
  // Reads are everybody's; what is written through this one, the leader alone writes.
  const client = election ? parts.client.guarded(election.guard) : parts.client;
  const resources = ourResources(client);
  const informers = watchOurKinds(resources, parts);
  const events = new EventRecorder({ client, component: 'nannyapi-operator', limits: EVENT_LIMITS, clock, log });
  const tasks = new FreshTasks(informers.tasks);
  const wakeSource = new WakeSource();
  const consultations = new Consultations<Consulted, Finding[]>({ clock, wake: (run) => wakeSource.wake(run) });
  const untold = new UntoldProgress(clock);
  const story = new Story({ events, metrics: createInvestigationMetrics(parts.registry) });
  const manager = new Manager({ log, clock, leadership: election?.lead });
  manager.addInformer(informers.agents);
  manager.addInformer(informers.investigations);
  manager.addInformer(informers.tasks);
  manager.add(agentController(parts, { resources, informers }));
  manager.add(
    investigationController(parts, { resources, informers, tasks, wakeSource, consultations, untold, story }),
  );
  const { agents } = informers;
  for (const { informer, controller } of identityControllers({ ...parts, client, agents })) {
    manager.addInformer(informer);
    manager.add(controller);
  }
  manager.addDrain({ name: 'events', drain: () => events.flush() });
  manager.addDrain({ name: 'consultations', drain: () => consultations.stop() });
  if (election) manager.addCheck('leader-election', () => election.problem());
  const isLeading = (): boolean => election?.isLeading() ?? true;
  followRuns(informers, { tasks, consultations, untold, story, isLeading });
  wakeWithAgents(informers, { wakeSource, ownNamespace: parts.ownNamespace });
  return {
    name: 'operator',
    isReady: () => manager.isReady(),
    unhealthy: () => manager.unhealthy(),
    readiness: () => manager.readiness(),
    liveness: () => manager.liveness(),
    start: (signal) => manager.start(signal),
  };
}

interface Wiring {
  resources: OurResources;
  informers: OurInformers;
}

interface InvestigationWiring extends Wiring {
  tasks: FreshTasks;
  wakeSource: WakeSource;
  consultations: Consultations<Consulted, Finding[]>;
  untold: UntoldProgress;
  story: Story;
}

function agentController(parts: OperatorParts, { resources, informers }: Wiring): Runnable {
  const { clock, log, registry, limits, policy } = parts;
  return createController({
    name: 'agent',
    informer: informers.agents,
    client: resources.agents,
    reconciler: new AgentReconciler({ silence: limits.silence, policyHash: policy.hash }),
    // An admin's pause stops work for the host, not the watch over it.
    handlesSuspend: true,
    workers: 2,
    clock,
    log,
    registry,
  });
}

function investigationController(parts: OperatorParts, wiring: InvestigationWiring): Runnable {
  const { clock, log, registry, limits, findings, policy, workers, ownNamespace } = parts;
  const diagnostician = measured(parts.diagnostician, { clock, registry });
  const { resources, informers, tasks, wakeSource, consultations, untold, story } = wiring;
  const lookup = new TargetLookup({ client: parts.client });
  const targets = new TargetFinder({ agents: informers.agents.store, lookup, ownNamespace });
  const reconciler = new InvestigationReconciler({
    client: resources.investigations,
    observer: new RunObserver({ agents: informers.agents.store, tasks, targets }),
    writer: new TaskWriter({ client: resources.tasks, tasks }),
    consultations,
    cluster: new ClusterContext({ client: parts.client, clock }),
    consult: { diagnostician, findings, policy, evidence: new EvidenceReader({ client: resources.evidence }) },
    limits,
    untold,
    story,
    patienceMs: PATIENCE_MS,
  });
  return createController({
    name: 'investigation',
    informer: informers.investigations,
    client: resources.investigations,
    reconciler,
    owns: [
      { informer: informers.tasks, ownerKey: ownerKeyOf },
      { informer: wakeSource, ownerKey: objectKey },
    ],
    handlesSuspend: true,
    workers,
    clock,
    log,
    registry,
  });
}

/** Key of the investigation that controls a task. */
function ownerKeyOf({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Investigation');
  return owner && refKey({ namespace: metadata.namespace, name: owner.name });
}

/** Ends what is remembered of a run with the run, and tells, if it is ours to tell, how it ended or why it cannot begin. */
function followRuns(
  informers: OurInformers,
  {
    tasks,
    consultations,
    untold,
    story,
    isLeading,
  }: Pick<InvestigationWiring, 'tasks' | 'consultations' | 'untold' | 'story'> & { isLeading: () => boolean },
): void {
  informers.investigations.onChange(({ type, object, previous }) => {
    const { uid = '' } = object.metadata;
    const hasEnded = isFinished(object) && previous !== undefined && !isFinished(previous);
    if (hasEnded && isLeading() && !hasEndedElsewhere(object)) story.ended(object);
    if (isLeading() && type === 'Updated' && isHeldUp(object) && !(previous && isHeldUp(previous)) && !isCopy(object)) {
      story.notAccepted(object);
    }
    if (hasEnded || type === 'Deleted') {
      consultations.forget(uid);
      untold.take(uid);
    }
    if (type === 'Deleted') tasks.forget(uid);
  });
}

/** Runs wait for their agents: each change of one is news for the runs that are not over. */
function wakeWithAgents(
  informers: OurInformers,
  { wakeSource, ownNamespace }: { wakeSource: WakeSource; ownNamespace: string },
): void {
  const { store } = informers.investigations;
  informers.agents.onChange(({ object }) => {
    const waiting = keysOfAgent(object, ownNamespace).flatMap((key) => store.byIndex(BY_AGENT, key));
    for (const investigation of new Set(waiting)) if (!isFinished(investigation)) wakeSource.wake(investigation);
  });
}

/** Whether the result came with a copy of a run: its story was told where it ran. */
function hasEndedElsewhere(investigation: Investigation): boolean {
  return isCopy(investigation) && succeededOf(investigation)?.reason !== 'Restored';
}

/** Whether a run cannot begin because of its target. */
function isHeldUp({ status }: Investigation): boolean {
  return findCondition(status?.conditions, 'Accepted')?.status === 'False';
}
