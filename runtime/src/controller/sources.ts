import type { ChangeSource } from '../informer/informer.ts';
import { objectKey, refKey, type KubeObject, type ResourceType } from '../objects.ts';
import type { Priority } from '../queue/lanes.ts';
import type { Predicate } from './predicates.ts';

/** Objects whose changes wake the object that owns them. */
export interface OwnedSource<C extends KubeObject = KubeObject> {
  informer: ChangeSource<C>;
  /** Key of the owner, or `undefined` when it is none of this controller's. */
  ownerKey(object: C): string | undefined;
}

/** Objects whose changes wake others that have to do with them. */
export interface WatchedSource<C extends KubeObject = KubeObject> {
  informer: ChangeSource<C>;
  /** Keys of the objects to look at. After an update it is asked for the former state too: who was left wants to know. */
  keys(object: C): Iterable<string>;
}

/** `ownerKey` for children that name their owner by `controllerReference`. */
export function controllerOf(type: ResourceType): (child: KubeObject) => string | undefined {
  return ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(
      ({ controller, kind, apiVersion }) => controller && kind === type.kind && groupOf(apiVersion) === type.group,
    );
    if (!owner) return undefined;
    return refKey({ namespace: type.namespaced ? metadata.namespace : undefined, name: owner.name });
  };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Where the keys of a controller come from. */
export interface KeySources<T extends KubeObject> {
  own: ChangeSource<T>;
  when?: Predicate<T> | undefined;
  owns: readonly OwnedSource[];
  watches: readonly WatchedSource[];
}

/**
 * Tells the keys of all objects there are, with low priority, and from then on those of changed ones.
 *
 * @returns what ends it.
 */
export function followSources<T extends KubeObject>(
  sources: KeySources<T>,
  tell: (key: string, priority: Priority) => void,
): () => void {
  const { own, when = () => true, owns, watches } = sources;
  // What a source holds already is told while the handler is added, before `onChange` returns.
  let priority: Priority = 'low';
  const stops = [
    own.onChange((event) => {
      if (when(event)) tell(objectKey(event.object), priority);
    }),
    ...[...watches, ...owns.map(asWatched)].map((source) =>
      source.informer.onChange(({ object, previous }) => {
        for (const each of previous ? [object, previous] : [object]) {
          for (const key of source.keys(each)) tell(key, priority);
        }
      }),
    ),
  ];
  priority = 'normal';
  return () => {
    for (const stop of stops) stop();
  };
}

function asWatched<C extends KubeObject>(source: OwnedSource<C>): WatchedSource<C> {
  return {
    informer: source.informer,
    keys: (object) => {
      const key = source.ownerKey(object);
      return key === undefined ? [] : [key];
    },
  };
}
