import type { ApiObject } from '../schema/index.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Change } from '../store/stored-object.ts';
import type { ChangeType } from '../store/worker-protocol.ts';
import type { Selection } from '../request/selection.ts';

/** A change as one watch sees it. */
export interface WatchEvent {
  type: ChangeType;
  /** JSON of the object. */
  text: string;
}

/**
 * What a change means to a watch with selectors: an object that enters the selection is ADDED, one that leaves it is
 * DELETED, told with its last matching state and the revision of the change.
 *
 * @returns undefined when the watch need not know.
 */
export function watchEvent(store: ObjectStore, change: Change, selection: Selection): WatchEvent | undefined {
  const { object, previous } = change;
  if (selection.namespace !== undefined && object.namespace !== selection.namespace) return undefined;
  if (selection.isEverything) return { type: change.type, text: change.text };
  const isIn = change.type !== 'DELETED' && selection.matches(object);
  const wasIn = previous !== undefined && selection.matches(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', text: change.text };
  if (!wasIn) return undefined;
  if (change.type === 'DELETED') return { type: 'DELETED', text: change.text };
  return { type: 'DELETED', text: atRevision(store.parse(previous), object.revision) };
}

function atRevision(object: ApiObject, revision: number): string {
  return JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
}
