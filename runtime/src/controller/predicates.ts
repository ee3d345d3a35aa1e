import { isDeepStrictEqual } from 'node:util';
import type { ChangeEvent } from '../informer/informer.ts';
import type { KubeObject } from '../objects.ts';

/** Whether a change is worth a pass. */
export type Predicate<T extends KubeObject> = (event: ChangeEvent<T>) => boolean;

/**
 * Lets through what appears, what goes, and updates with another `metadata.generation`: changes of the spec, and the
 * wish to delete.
 *
 * A controller with it does not see changes of labels, annotations, finalizers and status, its own and others'. It
 * must not wait for any of them, and objects of kinds without a status subresource have a generation that never
 * moves, or one that each write moves.
 */
export function generationChanged<T extends KubeObject>({ object, previous }: ChangeEvent<T>): boolean {
  if (!previous) return true;
  return (
    object.metadata.generation !== previous.metadata.generation ||
    object.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp
  );
}

/** Lets through what appears, what goes, and updates with other labels. Blind to all else. */
export function labelsChanged<T extends KubeObject>({ object, previous }: ChangeEvent<T>): boolean {
  return !previous || !isDeepStrictEqual(object.metadata.labels ?? {}, previous.metadata.labels ?? {});
}

/** Lets through what appears, what goes, and updates with other annotations. Blind to all else. */
export function annotationsChanged<T extends KubeObject>({ object, previous }: ChangeEvent<T>): boolean {
  return !previous || !isDeepStrictEqual(object.metadata.annotations ?? {}, previous.metadata.annotations ?? {});
}

/** Lets through what one of them does. */
export function anyOf<T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> {
  return (event) => predicates.some((predicate) => predicate(event));
}
