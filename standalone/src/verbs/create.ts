import { finalizerWarnings } from '../objects/finalizer-warnings.ts';
import { withoutRepeatedOwners } from '../objects/owner-references.ts';
import type { ApiContext } from '../request/api-context.ts';
import { checkFields } from '../request/field-validation.ts';
import { includeObjectOf, renderObject } from '../request/representation.ts';
import { requestGuard } from '../request/request-guard.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { sentObject } from '../request/sent-object.ts';
import { assertWriteOptions } from '../request/write-options.ts';
import { methodNotAllowed, StatusError } from '../status/status-error.ts';

/** POST to a collection. */
export async function create(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  if (kind.resource.namespaced && path.namespace === '') throw methodNotAllowed();
  assertWriteOptions(request, 'CreateOptions');
  const sent = withoutRepeatedOwners(sentObject(request), false);
  checkFields(request, sent.object);
  const warnings = [...sent.warnings, ...finalizerWarnings(kind, sent.object)];
  const guard = requestGuard(context, request);
  const options = { namespace: path.namespace, manager: fieldManager(request), isDryRun: isDryRun(request), guard };
  if (!options.isDryRun) assertNoVersion(sent.object.metadata.resourceVersion);
  const object = await context.writer.create(kind, sent.object, options);
  return { code: 201, body: render(context, request, object), warnings };
}

function assertNoVersion(resourceVersion = ''): void {
  if (resourceVersion === '' || resourceVersion === '0') return;
  throw new StatusError('Unknown', 'resourceVersion should not be set on objects to be created');
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
