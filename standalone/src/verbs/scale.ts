import type { ApiObject, ScaleView } from '../schema/index.ts';
import { keyOf } from '../objects/object-writer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { checkFields } from '../request/field-validation.ts';
import { parseDocument } from '../request/read-body.ts';
import { requestGuard } from '../request/request-guard.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { patchedObject, sentObject } from '../request/sent-object.ts';
import { assertWriteOptions } from '../request/write-options.ts';
import { badRequest, notFound, pathNotFound, StatusError } from '../status/status-error.ts';
import { render } from './create.ts';
import { APPLY_PATCH, assertPatchType, patchDocument } from './patch.ts';
import { assertSameUid } from './update.ts';

/** GET of the scale of an object. */
export function getScale(context: ApiContext, request: ResourceRequest): Reply {
  const { kind, path } = request;
  const view = viewOf(request);
  const stored = context.store.get(keyOf(kind.resource, path.namespace, path.name));
  if (stored === undefined) throw notFound(kind.resource, path.name);
  const object = kind.fromStored(context.store.parse(stored));
  if (!view.hasReplicas(object)) {
    throw new StatusError('InternalError', `Internal error occurred: ${replicasField(view)} does not exist`);
  }
  return { code: 200, body: render(context, asScale(request, view), view.read(object)) };
}

/** PUT of the scale of an object: of what is sent, the number of replicas alone is taken. */
export async function updateScale(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const scaleRequest = asScale(request, viewOf(request));
  assertWriteOptions(request, 'UpdateOptions');
  const sent = sentObject(scaleRequest);
  checkFields(scaleRequest, sent);
  return await write(context, request, () => sent);
}

/** PATCH of the scale of an object. */
export async function patchScale(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  assertPatchType(request);
  if (request.contentType === APPLY_PATCH) {
    // kube-apiserver fails here, and in the same way.
    const why = 'request to convert CR to an invalid group/version: autoscaling/v1';
    throw new StatusError('Unknown', `failed to create manager for existing fields: ${why}`);
  }
  const view = viewOf(request);
  const scaleRequest = asScale(request, view);
  assertWriteOptions(request, 'PatchOptions');
  const document = parseDocument(request.body, 'application/json');
  return await write(context, request, (live) => {
    const sent = patchedObject(scaleRequest, patchDocument(request, view.read(live), document));
    checkFields(scaleRequest, sent);
    if (!view.hasReplicas(live) && replicasOf(sent) === undefined) {
      throw badRequest(`${replicasField(view)} cannot be empty`);
    }
    return sent;
  });
}

async function write(
  context: ApiContext,
  request: ResourceRequest,
  scaleFor: (live: ApiObject) => ApiObject,
): Promise<Reply> {
  const view = viewOf(request);
  const { object } = await context.writer.update(request.kind, request.path, {
    subresource: 'scale',
    modify: (live) => {
      const scale = scaleFor(live);
      assertSameUid(request, live, scale);
      const { resourceVersion = '' } = scale.metadata;
      const base = resourceVersion === '' ? {} : { resourceVersion };
      return view.withReplicas({ ...live, metadata: { ...live.metadata, ...base } }, replicasOf(scale) ?? 0);
    },
    manager: fieldManager(request),
    isDryRun: isDryRun(request),
    guard: requestGuard(context, request, {
      view: { kind: view.kind, of: (whole) => view.read(whole) },
    }),
  });
  return { code: 200, body: render(context, asScale(request, view), view.read(object)) };
}

/** The same request, as one to an object of the kind Scale. */
function asScale(request: ResourceRequest, view: ScaleView): ResourceRequest {
  return { ...request, kind: view.kind };
}

function viewOf({ kind }: ResourceRequest): ScaleView {
  if (kind.scale === undefined) throw pathNotFound();
  return kind.scale;
}

function replicasOf(scale: ApiObject): number | undefined {
  const spec = scale['spec'] as { replicas?: number | null } | undefined | null;
  return spec?.replicas ?? undefined;
}

function replicasField({ specReplicasPath }: ScaleView): string {
  return `the spec replicas field ${JSON.stringify(specReplicasPath)}`;
}
