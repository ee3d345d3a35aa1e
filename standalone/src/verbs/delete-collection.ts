import { storageResource } from '../kinds/kind-registry.ts';
import type { ApiContext } from '../request/api-context.ts';
import { requestGuard } from '../request/request-guard.ts';
import { renderList } from '../request/representation.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { methodNotAllowed, StatusError } from '../status/status-error.ts';
import { readDeleteOptions } from '../request/delete-options.ts';
import { parseSelection } from '../request/selection.ts';

/** DELETE of a collection: each selected object by itself, all in flight together. */
export async function removeCollection(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { store, writer } = context;
  const { kind, path } = request;
  // Namespaces go one by one, in kube-apiserver too.
  const isNamespaces = kind.resource.group === '' && kind.resource.plural === 'namespaces';
  if (isNamespaces || (kind.resource.namespaced && path.namespace === '')) throw methodNotAllowed();
  const deletion = readDeleteOptions(request);
  const options = { ...deletion, guard: requestGuard(context, request, { deletion }) };
  const selection = parseSelection(store, request);
  const selected = [...store.list(storageResource(kind.resource), selection.namespace)].filter((object) =>
    selection.matches(object),
  );
  // The answer shows the objects as they were found.
  const texts = selected.map((object) => store.text(object));
  const results = await Promise.allSettled(selected.map((object) => writer.delete(kind, object, options)));
  for (const result of results) if (result.status === 'rejected' && !isNotFound(result.reason)) throw result.reason;
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
