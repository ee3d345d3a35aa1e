import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { readListOptions } from '../request/list-options.ts';
import type { ListOptions } from '../request/list-options.ts';
import { renderingOf } from '../request/representation.ts';
import type { ResourceRequest } from '../request/resource-request.ts';
import { parseSelection } from '../request/selection.ts';
import type { Selection } from '../request/selection.ts';
import { expired, StatusError } from '../status/status-error.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { FrameWriter } from '../watch/watch-frame.ts';
import { WATCH_HEADERS, WatchStream } from '../watch/watch-stream.ts';
import { parseResourceVersion, tooLarge } from './resource-version.ts';

/** Without `timeoutSeconds` a watch lasts between one and two of these, at random, so that they do not all end at once. */
const DEFAULT_TIMEOUT_SECONDS = 1800;
/** Longest time that timers take, seconds; a watch that asks for more ends then. */
const MAX_TIMEOUT_SECONDS = 2_147_483;

/** GET with `watch=true`: answers until the time is over or the client leaves. */
export function watch(context: ApiContext, request: ResourceRequest, response: ServerResponse): void {
  const { store, hub, clock } = context;
  const options = readListOptions(request.query);
  const selection = parseSelection(store, request);
  const beginning = findBeginning(context, { request, options, selection });
  const frames = new FrameWriter(renderingOf(request, clock), context.watchFrames);
  if ('error' in beginning) {
    // As kube-apiserver does: the watch opens, and its first event says why it ends.
    response.writeHead(200, WATCH_HEADERS);
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
    timeoutMs: timeoutSeconds(options) * 1000,
    wantsBookmarks: options.wantsBookmarks,
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
  wanted: { request: ResourceRequest; options: ListOptions; selection: Selection },
): Beginning | { error: StatusError } {
  const { store } = context;
  const { request, options, selection } = wanted;
  if (options.timeoutSeconds < 0) return { error: new StatusError('InternalError', 'context deadline exceeded') };
  const version = parseResourceVersion(options.resourceVersion, (why) => new StatusError('Unknown', why));
  if (options.sendsInitialEvents ?? version === 0) {
    if (version > store.revision) return { error: tooLarge(version, store.revision) };
    const resource = storageResource(request.kind.resource);
    const initial = [...store.list(resource, selection.namespace)].filter((object) => selection.matches(object));
    return { initial, wantsInitialEnd: options.wantsBookmarks, fromRevision: store.revision };
  }
  const fromRevision = version === 0 ? store.revision : version;
  if (fromRevision < store.compactedRevision || fromRevision > store.revision) {
    // A version from the future means that the store was replaced: nothing that the client holds is true any more.
    // See docs/adr/0015; kube-apiserver would wait in silence until its own count gets there.
    return { error: expired(`too old resource version: ${fromRevision} (${store.compactedRevision})`) };
  }
  return { initial: [], wantsInitialEnd: false, fromRevision };
}

function timeoutSeconds({ timeoutSeconds: wanted }: ListOptions): number {
  if (wanted > 0) return Math.min(wanted, MAX_TIMEOUT_SECONDS);
  return DEFAULT_TIMEOUT_SECONDS + randomInt(DEFAULT_TIMEOUT_SECONDS);
}
