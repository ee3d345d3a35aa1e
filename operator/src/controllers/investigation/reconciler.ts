import { RUN_UID_ANNOTATION, type Investigation } from '@nannyapi/crds';
import { uuidv7 } from '@nannyapi/process';
import { isKubeError, type ReconcileCall, type Reconciler, type ReconcileResult, type Writer } from '@nannyapi/runtime';
import type { ClusterContext } from '../../cluster-context/index.ts';
import type { Finding } from '../../diagnosticians/diagnostician.ts';
import { budgetOf, type RunBudget } from './budget.ts';
import { consult, type ConsultDeps, type Consulted } from './consult.ts';
import type { Consultations } from './consultations.ts';
import type { Ending } from './ending.ts';
import type { RunLimits } from './limits.ts';
import { planNext, type Plan } from './plan.ts';
import type { RunObserver } from './run-observer.ts';
import { nextStepOf, type Run, type Step } from './run.ts';
import { statusOf, type StatusFacts } from './status.ts';
import { contextTask, diagnoseTask, type StepContext } from './step-task.ts';
import type { Story } from './story.ts';
import type { TaskWriter } from './task-writer.ts';
import type { UntoldProgress } from './untold-progress.ts';
import type { TokenUsage } from './usage.ts';

/** What the reconciler of investigations needs. */
export interface InvestigationReconcilerDeps {
  client: Writer<Investigation>;
  observer: RunObserver;
  writer: TaskWriter;
  consultations: Consultations<Consulted, Finding[]>;
  consult: ConsultDeps;
  cluster: ClusterContext;
  limits: RunLimits;
  untold: UntoldProgress;
  story: Story;
  /** How long a pass waits for a quick answer, in milliseconds. */
  patienceMs: number;
}

type Result = ReconcileResult<Investigation>;

/** What a pass adds to the status beside what the objects say. */
type Addition = Pick<StatusFacts, 'findings'> & { ending?: Ending & { usage?: TokenUsage } };

/** Takes investigations from question to verdict, one step at a time: observe, plan, act, report. */
export class InvestigationReconciler implements Reconciler<Investigation> {
  readonly #deps: InvestigationReconcilerDeps;

  constructor(deps: InvestigationReconcilerDeps) {
    this.#deps = deps;
  }

  async reconcile(investigation: Investigation, call: ReconcileCall): Promise<Result> {
    const run = await this.#deps.observer.observe(investigation, call);
    const plan = planNext(run, this.#deps.limits, call.now);
    return this.#act(plan, run, call);
  }

  async #act(plan: Plan, run: Run, call: ReconcileCall): Promise<Result> {
    switch (plan.kind) {
      case 'Collect':
        return this.#collect(run, call);
      case 'Consult':
        return this.#consult(run, plan.budget, call);
      case 'CancelTasks':
        await this.#cancel(plan.steps, call);
        return { status: this.#status(run, call), requeueAfterSeconds: plan.seconds };
      case 'Finish':
        await this.#cancel(plan.cancel, call);
        return this.#finish(run, { ending: plan.ending }, call);
      case 'Delete':
        await this.#delete(run.investigation, call);
        return {};
      case 'Wait':
        break;
    }
    return this.#report(run, call, plan.seconds);
  }

  /** Marks the object as begun, before anything runs for it, and collects the context. */
  async #collect(run: Run, call: ReconcileCall): Promise<Result> {
    const { client, story } = this.#deps;
    const { namespace, name = '', uid = '', annotations, resourceVersion } = run.investigation.metadata;
    const reading = this.#clusterContext(run, call);
    if (annotations?.[RUN_UID_ANNOTATION] === undefined) {
      const patch = { metadata: { resourceVersion, annotations: { [RUN_UID_ANNOTATION]: uid } } };
      await Promise.all([client.patch({ namespace, name }, patch, call), reading]);
    }
    const task = contextTask(run, { ...this.#stepContext(run, call), ...(await reading) });
    if (await this.#deps.writer.create(task, call)) story.started(run, task);
    // The status follows when the annotation or the task echoes: its version is no longer the one of this pass.
    return {};
  }

  async #consult(run: Run, budget: RunBudget, call: ReconcileCall): Promise<Result> {
    const { consultations, patienceMs } = this.#deps;
    const about = { investigation: run.investigation, step: budget.nextStep, patienceMs };
    const { settled, progress } = await consultations.ask(about, (signal, onFindings) =>
      consult(run, budget, this.#deps.consult, { signal, onFindings }),
    );
    if (!settled) {
      // The answer wakes the run; if none comes, its deadline does.
      const seconds = Math.max(1, Math.ceil((budget.deadlineTime.getTime() - call.now.getTime()) / 1000));
      return { status: this.#status(run, call, progress && { findings: progress }), requeueAfterSeconds: seconds };
    }
    if ('error' in settled) {
      consultations.forget(run.investigation.metadata.uid ?? '');
      throw settled.error;
    }
    return this.#decide(run, settled.value, call);
  }

  async #decide(run: Run, consulted: Consulted, call: ReconcileCall): Promise<Result> {
    const { story, writer, observer, untold, consult: deps } = this.#deps;
    const { decision, findings, usage } = consulted;
    switch (decision.kind) {
      case 'Step': {
        // A step that only records what was refused sees nothing anew.
        const doesNothing = decision.judged.actions.length === 0;
        const cluster = doesNothing ? {} : await this.#clusterContext(run, call);
        const context = { ...this.#stepContext(run, call), ...cluster };
        const task = diagnoseTask(run, context, { judged: decision.judged, consulted });
        if (await writer.create(task, call)) story.stepCreated(run, task);
        untold.note(run.investigation.metadata.uid ?? '', findings);
        return this.#report(observer.again(run), call);
      }
      case 'Verdict': {
        const ending = endingOf(decision.resolution);
        return this.#finish(run, { ending: { ...ending, ...(usage ? { usage } : {}) }, findings }, call);
      }
      case 'NoAnswer':
        break;
    }
    const kept = findings.length > 0 ? ` What the built-in rules found is in status.findings (${findings.length})` : '';
    const message = `Diagnostician ${deps.diagnostician.name}: ${decision.message}.${kept}`;
    return this.#finish(run, { ending: { reason: 'DiagnosticianFailed', message }, findings }, call);
  }

  /** Tells how far the run is; news of a step wait a moment, for they must not be in the way of the next one. */
  #report(run: Run, call: ReconcileCall, seconds?: number): Result {
    const uid = run.investigation.metadata.uid ?? '';
    const quietSeconds = this.#deps.untold.quietSeconds(uid);
    if (quietSeconds > 0) return { requeueAfterSeconds: Math.min(quietSeconds, seconds ?? quietSeconds) };
    const findings = this.#deps.untold.take(uid);
    return { status: this.#status(run, call, findings && { findings }), requeueAfterSeconds: seconds };
  }

  #finish(run: Run, addition: Addition & { ending: Ending }, call: ReconcileCall): Result {
    const findings = addition.findings ?? this.#deps.untold.take(run.investigation.metadata.uid ?? '');
    return {
      status: this.#status(run, call, { ...addition, ...(findings ? { findings } : {}) }),
      requeueAfterSeconds: run.investigation.spec.ttlSecondsAfterFinished,
    };
  }

  async #cancel(steps: readonly Step[], call: ReconcileCall): Promise<void> {
    for (const { task } of steps) await this.#deps.writer.cancel(task, call);
  }

  async #delete(investigation: Investigation, call: ReconcileCall): Promise<void> {
    const { namespace, name = '', uid } = investigation.metadata;
    try {
      await this.#deps.client.delete({ namespace, name }, { uid, propagationPolicy: 'Background' }, call);
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
    }
  }

  /** What the API server knows of a node or a pod; nothing, and at once, for a host outside the cluster. */
  async #clusterContext(run: Run, call: ReconcileCall): Promise<Pick<StepContext, 'clusterContext'>> {
    const { nodeName, podUID } = run.target;
    if (nodeName === undefined) return {};
    const { spec, metadata } = run.investigation;
    const pod =
      spec.podRef && podUID !== undefined
        ? { namespace: metadata.namespace ?? '', name: spec.podRef.name, uid: podUID }
        : undefined;
    const target = { nodeName, ...(pod ? { pod } : {}) };
    return { clusterContext: await this.#deps.cluster.gather(target, nextStepOf(run) === 0, call) };
  }

  #stepContext(run: Run, { now }: ReconcileCall): StepContext {
    const { limits, consult: deps } = this.#deps;
    return { limits, budget: budgetOf(run, now), policyHash: deps.policy.hash };
  }

  #status(run: Run, { now }: ReconcileCall, addition: Addition = {}): Investigation['status'] {
    const { limits, consult: deps } = this.#deps;
    return statusOf(run, {
      limits,
      now,
      diagnostician: deps.diagnostician.name,
      policyHash: deps.policy.hash,
      newEpisodeID: uuidv7(now),
      ...addition,
    });
  }
}

function endingOf(resolution: NonNullable<Ending['resolution']>): Ending {
  return { reason: resolution.verdict, message: verdictMessage(resolution), resolution };
}

/** The verdict in one line, for conditions and events. */
function verdictMessage({ verdict, rootCause, evidence = [] }: NonNullable<Ending['resolution']>): string {
  const proof = evidence.length === 1 ? '1 quotation' : `${evidence.length} quotations`;
  if (rootCause) return `${rootCause.mechanism} of ${rootCause.component}, proved by ${proof}`;
  if (verdict === 'NoFaultFound') return `Nothing is wrong as far as can be seen, proved by ${proof}`;
  return 'The evidence does not decide it; status.resolution.plan says what to try next';
}
