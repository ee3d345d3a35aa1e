import {
  applyConflictMessage,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  goJsonType,
  nullCauses,
  serverSideApply,
  typedFault,
  unknownPatchFields,
} from '../schema/index.ts';
import type { ApiObject, Json, JsonObject } from '../schema/index.ts';
import { finalizerWarnings } from '../objects/finalizer-warnings.ts';
import { withoutRepeatedOwners } from '../objects/owner-references.ts';
import { assertValid, keyOf } from '../objects/object-writer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { checkDuplicates, checkFields } from '../request/field-validation.ts';
import { parseDocument } from '../request/read-body.ts';
import { requestGuard } from '../request/request-guard.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { isJsonObject } from '../request/json-object.ts';
import { appliedObject, patchedObject } from '../request/sent-object.ts';
import { assertWriteOptions } from '../request/write-options.ts';
import { badRequest, conflict, StatusError } from '../status/status-error.ts';
import { render } from './create.ts';
import { subresourceOf } from './update.ts';
import { isTrue } from '../request/query.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
/** Media type of server-side apply. */
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** PATCH of an object or its status, in the four forms of Kubernetes. */
export async function patch(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  assertPatchType(request);
  return request.contentType === APPLY_PATCH ? await apply(context, request) : await patchLive(context, request);
}

/** @throws StatusError UnsupportedMediaType for a form of patch that the kind does not take. */
export function assertPatchType(request: ResourceRequest): void {
  const type = request.contentType;
  const accepted = [JSON_PATCH, MERGE_PATCH, ...(request.kind.isCustomResource ? [] : [STRATEGIC_PATCH]), APPLY_PATCH];
  if (!accepted.includes(type)) {
    throw new StatusError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    );
  }
}

async function patchLive(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind } = request;
  assertWriteOptions(request, 'PatchOptions');
  const document = parseDocument(request.body, 'application/json');
  const complaints =
    request.contentType === JSON_PATCH
      ? unknownPatchFields(document).map((field) => `json patch unknown field ${JSON.stringify(field)}`)
      : [];
  const warnings: string[] = [];
  const written = await context.writer.update(kind, request.path, {
    subresource: subresourceOf(request),
    modify: (live) => {
      const object = patchedObject(request, patchDocument(request, live, document));
      checkFields(request, object, complaints);
      const patched = withoutRepeatedOwners(object, true);
      warnings.push(...patched.warnings, ...finalizerWarnings(kind, patched.object, live));
      return patched.object;
    },
    manager: fieldManager(request),
    isDryRun: isDryRun(request),
    guard: requestGuard(context, request),
  });
  return { code: 200, body: render(context, request, written.object), warnings };
}

/** An object as a patch of one of the other forms makes it. */
export function patchDocument(
  { contentType: type, kind }: ResourceRequest,
  live: ApiObject,
  document: unknown,
): unknown {
  if (type === JSON_PATCH) return applyJsonPatch(live, document);
  if (!isJsonObject(document)) {
    const into = 'Go value of type map[string]interface {}';
    throw badRequest(`error decoding patch: json: cannot unmarshal ${goJsonType(document)} into ${into}`);
  }
  return type === STRATEGIC_PATCH
    ? applyStrategicMergePatch(live, document as JsonObject, kind)
    : applyMergePatch(live, document);
}

async function apply(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  assertWriteOptions(request, 'PatchOptions', true);
  const manager = fieldManager(request);
  const intent = appliedObject(request, parseDocument(request.body, 'application/yaml'));
  if (intent.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  assertTyped(request, intent);
  checkDuplicates(request);
  const warnings = finalizerWarnings(kind, intent);
  const merge = (live?: ApiObject): ApiObject => mergeIntent(context, request, { live, intent, manager });
  const guard = requestGuard(context, request);
  const options = { manager, isDryRun: isDryRun(request), isManaged: true, guard };
  const isNew = context.store.head(keyOf(kind.resource, path.namespace, path.name)) === undefined;
  if (isNew && path.subresource === '') {
    assertNoUid(request, intent);
    const object = await context.writer.create(kind, merge(), { ...options, namespace: path.namespace });
    return { code: 201, body: render(context, request, object), warnings };
  }
  const subresource = subresourceOf(request);
  const written = await context.writer.update(kind, path, { ...options, subresource, modify: merge });
  return { code: 200, body: render(context, request, written.object), warnings };
}

function mergeIntent(
  context: ApiContext,
  request: ResourceRequest,
  intent: { live: ApiObject | undefined; intent: ApiObject; manager: string },
): ApiObject {
  const { path, kind, query } = request;
  const { object, conflicts } = serverSideApply({
    ...(intent.live === undefined ? {} : { live: intent.live }),
    applied: intent.intent,
    manager: intent.manager,
    force: isTrue(query.get('force')),
    kind,
    ...(path.subresource === '' ? {} : { subresource: path.subresource }),
    now: context.clock.now(),
  });
  if (conflicts.length === 0) {
    if (kind.isCustomResource) {
      // Metadata is a Go struct, from which nulls fall out.
      const { metadata: _metadata, ...body } = object;
      assertValid(kind.resource, path.name, nullCauses(body as unknown as Json, kind.versionSchema));
    }
    return kind.default(object);
  }
  const causes = conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field,
  }));
  throw new StatusError('Conflict', applyConflictMessage(conflicts), { causes });
}

/** An apply that names a uid means an object that is there. @throws StatusError Conflict. */
function assertNoUid({ kind, path }: ResourceRequest, { metadata: { uid = '' } }: ApiObject): void {
  if (uid === '') return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(kind.resource, path.name, why);
}

/** An intent is taken as it is or not at all. @throws StatusError Unknown (500, without a reason), as on a cluster. */
function assertTyped({ kind }: ResourceRequest, intent: ApiObject): void {
  if (intent.kind !== kind.resource.kind) {
    throw badRequest(`invalid object type: ${intent.apiVersion}, Kind=${intent.kind}`);
  }
  const fault = typedFault(intent as unknown as Json, kind.versionSchema);
  if (fault === undefined) return;
  const { namespace = '', name = '' } = intent.metadata;
  const what = `(${namespace}/${name}; ${intent.apiVersion}, Kind=${intent.kind})`;
  throw new StatusError('Unknown', `failed to create typed patch object ${what}: ${fault}`);
}
