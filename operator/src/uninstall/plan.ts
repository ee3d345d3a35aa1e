/** An object of ours that somebody must let go of before it can be deleted. */
export interface HeldObject {
  /** Plural of its kind. */
  plural: string;
  namespace: string;
  name: string;
  resourceVersion: string;
  /** All of its finalizers, those of others included. */
  finalizers: readonly string[];
}

/** What is left of the installation, as one look finds it. */
export interface UninstallState {
  /** Who holds the operator's lease and has renewed it of late; `undefined` when nobody writes any more. */
  leader: string | undefined;
  /** Whether our objects and definitions are to go. */
  removeData: boolean;
  /** Our CustomResourceDefinitions that there are; empty when data is kept. */
  definitions: readonly { name: string; isDeleting: boolean }[];
  /** Our objects with finalizers of ours. */
  held: readonly HeldObject[];
}

/** What to do next. */
export type UninstallStep =
  | { do: 'DeleteDefinitions'; names: string[] }
  | { do: 'Release'; objects: HeldObject[] }
  | { do: 'Wait'; for: string }
  | { do: 'Finish' };

/** What the names of all our finalizers begin with. */
const OUR_FINALIZERS = 'nannyai.dev/';

/**
 * Decides the next step of an uninstallation.
 *
 * The leader comes first: an operator at work would put back what is taken off. Definitions are deleted before objects are
 * released, so that no new object comes after the last look; the API server deletes their objects with them.
 */
export function nextUninstallStep(state: UninstallState): UninstallStep {
  if (state.leader !== undefined) return { do: 'Wait', for: `the operator ${state.leader} to stop` };
  const undeleted = state.definitions.filter(({ isDeleting }) => !isDeleting);
  if (state.removeData && undeleted.length > 0) {
    return { do: 'DeleteDefinitions', names: undeleted.map(({ name }) => name) };
  }
  if (state.held.length > 0) return { do: 'Release', objects: [...state.held] };
  if (state.removeData && state.definitions.length > 0) {
    return { do: 'Wait', for: `${state.definitions.map(({ name }) => name).join(', ')} to be deleted` };
  }
  return { do: 'Finish' };
}

/** Whether a finalizer is ours to take off. */
export function isOurFinalizer(finalizer: string): boolean {
  return finalizer.startsWith(OUR_FINALIZERS);
}

/** The finalizers that stay: those of others, in their order. */
export function remainingFinalizers(finalizers: readonly string[]): string[] {
  return finalizers.filter((finalizer) => !isOurFinalizer(finalizer));
}
