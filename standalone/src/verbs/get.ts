import { keyOf } from '../objects/object-writer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { includeObjectOf, renderObject } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { notFound } from '../status/status-error.ts';

/** GET of one object, or of its status subresource. */
export function get(context: ApiContext, request: ResourceRequest): Reply {
  const { kind, path } = request;
  const stored = context.store.get(keyOf(kind.resource, path.namespace, path.name));
  if (stored === undefined) throw notFound(kind.resource, path.name);
  const rendering = {
    kind,
    representation: request.representation,
    includeObject: includeObjectOf(request.query),
    now: () => context.clock.now(),
  };
  return { code: 200, body: renderObject(rendering, context.store.text(stored)) };
}
