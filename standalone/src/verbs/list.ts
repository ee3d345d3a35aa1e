import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { renderingOf, renderList } from '../request/representation.ts';
import type { ListMeta } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { badRequest } from '../status/status-error.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { continueExpired, decodeContinue, encodeContinue } from './continue-token.ts';
import type { ContinuePoint } from './continue-token.ts';
import { isPaged, readListVersion } from './list-version.ts';
import { tooLarge } from './resource-version.ts';
import { readListOptions } from '../request/list-options.ts';
import type { ListOptions } from '../request/list-options.ts';
import { parseSelection } from '../request/selection.ts';
import type { Selection } from '../request/selection.ts';

/** Objects read from disk at a time when a list is about the past. */
const SNAPSHOT_PAGE = 500;

/**
 * GET of a collection.
 *
 * Without `continue` it shows the present. A continued list shows the revision of its first page, however much was
 * written since, or 410 when that revision has left the window.
 */
export function list(context: ApiContext, request: ResourceRequest): Reply {
  const { store } = context;
  const options = readListOptions(request.query);
  const selection = parseSelection(store, request);
  const limit = isPaged(options) ? options.limit : Number.POSITIVE_INFINITY;
  const point = startingPoint(store, options, selection);
  const { page, hasMore } = takePage(objectsAt(context, request, { selection, point }), selection, limit);
  const metadata: ListMeta = { resourceVersion: String(point.revision) };
  const last = page.at(-1);
  if (hasMore && last !== undefined) {
    const { namespace, name } = last;
    const next = { revision: point.revision, after: { namespace, name } };
    metadata.continue = encodeContinue(next, selection.namespace);
    if (selection.isEverything) metadata.remainingItemCount = countAfter(context, request, { selection, point, last });
  }
  const texts = page.map((object) => store.text(object));
  return { code: 200, body: renderList(renderingOf(request, context.clock), texts, metadata) };
}

interface Scan {
  selection: Selection;
  point: ContinuePoint;
}

function startingPoint(store: ObjectStore, options: ListOptions, { namespace }: Selection): ContinuePoint {
  const { continueToken, resourceVersion } = options;
  if (continueToken === '') return { revision: readListVersion(options, store), after: undefined };
  const point = decodeContinue(continueToken, namespace);
  if (resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (point.revision < 0) return { ...point, revision: store.revision };
  if (point.revision > store.revision) throw tooLarge(point.revision, store.revision);
  if (point.revision < store.compactedRevision) throw continueExpired(point, namespace);
  return point;
}

/** All objects of the resource after a point, as they were at its revision, in list order. */
function* objectsAt({ store }: ApiContext, request: ResourceRequest, scan: Scan): Generator<StoredObject> {
  const resource = storageResource(request.kind.resource);
  const { namespace } = scan.selection;
  const { revision } = scan.point;
  if (revision === store.revision) {
    yield* store.list(resource, namespace, scan.point.after);
    return;
  }
  let after = scan.point.after;
  for (;;) {
    const objects = store.snapshot({ resource, namespace, revision, after, limit: SNAPSHOT_PAGE });
    yield* objects;
    if (objects.length < SNAPSHOT_PAGE) return;
    after = objects.at(-1);
  }
}

function takePage(
  objects: Iterable<StoredObject>,
  selection: Selection,
  limit: number,
): { page: StoredObject[]; hasMore: boolean } {
  const page: StoredObject[] = [];
  for (const object of objects) {
    if (!selection.isEverything && !selection.matches(object)) continue;
    if (page.length === limit) return { page, hasMore: true };
    page.push(object);
  }
  return { page, hasMore: false };
}

function countAfter(context: ApiContext, request: ResourceRequest, at: Scan & { last: StoredObject }): number {
  const point = { revision: at.point.revision, after: at.last };
  let count = 0;
  for (const _object of objectsAt(context, request, { selection: at.selection, point })) count += 1;
  return count;
}
