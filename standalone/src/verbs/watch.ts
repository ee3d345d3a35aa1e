import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { includeObjectOf } from '../request/representation.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import { badRequest, expired, StatusError } from '../status/status-error.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { FrameWriter } from '../watch/watch-frame.ts';
import { WatchStream } from '../watch/watch-stream.ts';
import { readResourceVersion } from './list-version.ts';
import { parseSelection } from '../request/selection.ts';
import type { Selection } from '../request/selection.ts';

/** Without `timeoutSeconds` a watch lasts between one and two of these, at random, so that they do not all end at once. */
const DEFAULT_TIMEOUT_SECONDS = 1800;

/** GET with `watch=true`: answers until the time is over or the client leaves. */
export function watch(context: ApiContext, request: ResourceRequest, response: ServerResponse): void {
  const { store, hub, clock } = context;
  const selection = parseSelection(store, request);
  const beginning = findBeginning(context, request, selection);
  const rendering = {
    kind: request.kind,
    representation: request.representation,
    includeObject: includeObjectOf(request.query),
    now: () => clock.now(),
  };
  const frames = new FrameWriter(rendering, context.watchFrames);
  if ('error' in beginning) {
    // As kube-apiserver does: the watch opens, and its first event says why it ends.
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(frames.ofError(beginning.error));
    return;
  }
  new WatchStream({
    store,
    hub,
    clock,
    response,
    frames,
    resource: storageResource(request.kind.resource),
    selection,
    timeoutMs: readTimeoutSeconds(request.query) * 1000,
    wantsBookmarks: isTrue(request.query.get('allowWatchBookmarks')),
    ...beginning,
  }).start();
}

interface Beginning {
  initial: StoredObject[];
  wantsInitialEnd: boolean;
  fromRevision: number;
}

function findBeginning(
  context: ApiContext,
  request: ResourceRequest,
  selection: Selection,
): Beginning | { error: StatusError } {
  const { store } = context;
  const { query } = request;
  const wanted = readResourceVersion(query);
  const sendInitial = query.get('sendInitialEvents');
  checkInitialEvents(query, sendInitial);
  const isFromNow = wanted === undefined || wanted === 0;
  if (isTrue(sendInitial) || (sendInitial === null && isFromNow)) {
    const resource = storageResource(request.kind.resource);
    const initial = [...store.list(resource, selection.namespace)].filter((object) => selection.matches(object));
    return { initial, wantsInitialEnd: isTrue(sendInitial), fromRevision: store.revision };
  }
  const fromRevision = isFromNow ? store.revision : wanted;
  if (fromRevision < store.compactedRevision || fromRevision > store.revision) {
    // A version from the future means that the store was replaced: nothing that the client holds is true any more.
    return { error: expired(`too old resource version: ${fromRevision} (${store.compactedRevision})`) };
  }
  return { initial: [], wantsInitialEnd: false, fromRevision };
}

function checkInitialEvents(query: URLSearchParams, sendInitial: string | null): void {
  const match = query.get('resourceVersionMatch') ?? '';
  if (sendInitial === null) {
    if (match !== '')
      throw badRequest('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    return;
  }
  if (match === 'NotOlderThan') return;
  const message = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
  throw new StatusError('Invalid', `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: [{ reason: 'FieldValueForbidden', field: 'resourceVersionMatch', message }],
  });
}

function readTimeoutSeconds(query: URLSearchParams): number {
  const text = query.get('timeoutSeconds');
  if (text === null || text === '' || text === '0') return DEFAULT_TIMEOUT_SECONDS + randomInt(DEFAULT_TIMEOUT_SECONDS);
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`invalid timeoutSeconds ${JSON.stringify(text)}`);
  return Number(text);
}

/** How Kubernetes reads a boolean parameter: anything but `false`, `0` and nothing is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}
