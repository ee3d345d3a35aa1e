import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { includeObjectOf, renderList } from '../request/representation.ts';
import type { ListMeta } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { badRequest, expired } from '../status/status-error.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import type { ContinuePoint } from './continue-token.ts';
import { readListVersion } from './list-version.ts';
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
  const selection = parseSelection(store, request);
  const limit = readLimit(request.query);
  const point = startingPoint(context, request);
  const { page, hasMore } = takePage(objectsAt(context, request, { selection, point }), selection, limit);
  const metadata: ListMeta = { resourceVersion: String(point.revision) };
  const last = page.at(-1);
  if (hasMore && last !== undefined) {
    metadata.continue = encodeContinue({
      revision: point.revision,
      after: { namespace: last.namespace, name: last.name },
    });
    if (selection.isEverything) metadata.remainingItemCount = countAfter(context, request, { selection, point, last });
  }
  const texts = page.map((object) => store.text(object));
  const rendering = {
    kind: request.kind,
    representation: request.representation,
    includeObject: includeObjectOf(request.query),
    now: () => context.clock.now(),
  };
  return { code: 200, body: renderList(rendering, texts, metadata) };
}

interface Scan {
  selection: Selection;
  point: ContinuePoint;
}

function startingPoint({ store }: ApiContext, request: ResourceRequest): ContinuePoint {
  const token = request.query.get('continue');
  if (token === null || token === '') {
    return { revision: readListVersion(request.query, store), after: undefined };
  }
  const point = decodeContinue(token);
  if (point.revision > store.revision) throw badRequest('continue key is not valid: it is from the future');
  if (point.revision < store.compactedRevision) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
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

function readLimit(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null || text === '' || text === '0') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`invalid limit ${JSON.stringify(text)}: must be a non-negative integer`);
  return Number(text);
}
