import type { Agent, Investigation } from '@nannyapi/crds';
import { refKey, type CachedReader } from '@nannyapi/runtime';
import type { Target } from '../../targets/target.ts';
import type { TargetFinder } from '../../targets/target-finder.ts';
import type { FreshTasks } from './fresh-tasks.ts';
import { stepsOf, type Run } from './run.ts';

/** Gathers what is stored about a run, and finds its target. */
export class RunObserver {
  readonly #agents: CachedReader<Agent>;
  readonly #tasks: FreshTasks;
  readonly #targets: TargetFinder;

  constructor(deps: { agents: CachedReader<Agent>; tasks: FreshTasks; targets: TargetFinder }) {
    this.#agents = deps.agents;
    this.#tasks = deps.tasks;
    this.#targets = deps.targets;
  }

  /** @throws KubeApiError when the target of a run that has not begun cannot be looked up. */
  async observe(investigation: Investigation, call: { signal: AbortSignal }): Promise<Run> {
    const steps = this.#stepsOf(investigation);
    const target = await this.#targets.find(investigation, steps, call);
    // Steps are read again: one may have been stored while the target was looked up.
    return this.#runOf(investigation, target);
  }

  /** The same run as it stands now, after a step was written. */
  again({ investigation, target }: Run): Run {
    return this.#runOf(investigation, target);
  }

  #runOf(investigation: Investigation, target: Target): Run {
    const agent = target.agent && this.#agents.get(refKey(target.agent));
    return { investigation, target, agent, steps: this.#stepsOf(investigation) };
  }

  #stepsOf({ metadata }: Investigation): Run['steps'] {
    return stepsOf(this.#tasks.ofOwner(metadata.uid ?? ''));
  }
}
