import type { ApiContext } from '../request/api-context.ts';
import { checkFields } from '../request/field-validation.ts';
import { includeObjectOf, renderObject } from '../request/representation.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { sentObject } from '../request/sent-object.ts';
import { badRequest, StatusError } from '../status/status-error.ts';

/** POST to a collection. */
export async function create(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  if (kind.resource.namespaced && path.namespace === '') {
    throw new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
  const sent = sentObject(request);
  const { resourceVersion } = sent.metadata;
  if (resourceVersion !== undefined && resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const warnings = checkFields(request, sent);
  const options = { namespace: path.namespace, manager: fieldManager(request), isDryRun: isDryRun(request) };
  const object = await context.writer.create(kind, sent, options);
  return { code: 201, body: render(context, request, object), warnings };
}

/** The object that a write led to, in the form that the client asked for. */
export function render(context: ApiContext, request: ResourceRequest, object: unknown): string {
  const rendering = {
    kind: request.kind,
    representation: request.representation,
    includeObject: includeObjectOf(request.query),
    now: () => context.clock.now(),
  };
  return renderObject(rendering, JSON.stringify(object));
}
