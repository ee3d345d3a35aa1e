import { keyOf } from '../objects/object-writer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { renderingOf, renderObject } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { notFound, StatusError } from '../status/status-error.ts';
import { parseResourceVersion, tooLarge } from './resource-version.ts';

/** GET of one object, or of its status subresource. The present satisfies every version but one from the future. */
export function get(context: ApiContext, request: ResourceRequest): Reply {
  const { kind, path, query } = request;
  const { store } = context;
  const wanted = parseResourceVersion(query.get('resourceVersion') ?? '', (why) => new StatusError('Unknown', why));
  if (wanted > store.revision) throw tooLarge(wanted, store.revision);
  const stored = store.get(keyOf(kind.resource, path.namespace, path.name));
  if (stored === undefined) throw notFound(kind.resource, path.name);
  return { code: 200, body: renderObject(renderingOf(request, context.clock), store.text(stored)) };
}
