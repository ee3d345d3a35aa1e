import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { renderList } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { StatusError } from '../status/status-error.ts';
import { readDeleteOptions } from './delete.ts';
import { parseSelection } from '../request/selection.ts';

/** DELETE of a collection: each selected object by itself, all in flight together. */
export async function removeCollection(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { store, writer } = context;
  const { kind, path } = request;
  if (kind.resource.namespaced && path.namespace === '') {
    throw new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  const options = readDeleteOptions(request);
  const selection = parseSelection(store, request);
  const selected = [...store.list(storageResource(kind.resource), selection.namespace)].filter((object) =>
    selection.matches(object),
  );
  const results = await Promise.allSettled(selected.map((object) => writer.delete(kind, object, options)));
  const texts: string[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') texts.push(JSON.stringify(result.value.object));
    else if (!isNotFound(result.reason)) throw result.reason;
  }
  const rendering = {
    kind,
    representation: 'Object',
    includeObject: 'Metadata',
    now: () => context.clock.now(),
  } as const;
  return { code: 200, body: renderList(rendering, texts, { resourceVersion: String(store.revision) }) };
}

/** Somebody else was faster: the goal is reached. */
function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.code === 'NotFound';
}
