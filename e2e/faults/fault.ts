/** What an investigation must find. */
export interface FaultTruth {
  /** Source of a regular expression that `rootCause.component` must match. */
  component: string;
  /** The `rootCause.mechanism`; 'None' for a control, where the verdict must be NoFaultFound. */
  mechanism: string;
}

/** A fault that is in force on this machine until it is undone. */
export interface InjectedFault {
  truth: FaultTruth;
  /**
   * Puts the machine back as it was and checks that it is. May be called again.
   *
   * @throws Error that says what is left.
   */
  undo(): Promise<void>;
}

/** A step of an undo: takes back one thing and throws when it is still there. */
export type UndoStep = () => Promise<void>;

/**
 * Collects undo steps while a fault is built up, so that a failure half-way takes back what there is.
 *
 * Steps run last first; each runs even when another failed; the failures are thrown together.
 */
export class UndoStack {
  private readonly steps: UndoStep[] = [];

  push(step: UndoStep): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `undo failed: ${failures.map(String).join('; ')}`);
  }
}

/** Builds a fault; when building fails, what was built is undone before the error goes on. */
export async function buildFault(build: (undo: UndoStack) => Promise<FaultTruth>): Promise<InjectedFault> {
  const stack = new UndoStack();
  try {
    const truth = await build(stack);
    return { truth, undo: async () => stack.run() };
  } catch (error) {
    await stack.run();
    throw error;
  }
}

/** Waits until `isDone` answers true, asking every 50 ms; throws with `what` after `deadlineMs`. */
export async function waitUntil(what: string, isDone: () => Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
