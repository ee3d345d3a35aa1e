import { finalizerWarnings } from '../objects/finalizer-warnings.ts';
import type { Subresource } from '../objects/next-object.ts';
import { withoutRepeatedOwners } from '../objects/owner-references.ts';
import { allowsCreateOnUpdate } from '../objects/update-rules.ts';
import { keyOf } from '../objects/object-writer.ts';
import type { ApiContext } from '../request/api-context.ts';
import { checkFields } from '../request/field-validation.ts';
import { requestGuard } from '../request/request-guard.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { sentObject } from '../request/sent-object.ts';
import { assertWriteOptions } from '../request/write-options.ts';
import type { ApiObject } from '../schema/index.ts';
import { conflict } from '../status/status-error.ts';
import { render } from './create.ts';

/** PUT of an object or its status. Missing events and leases are created. */
export async function update(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  assertWriteOptions(request, 'UpdateOptions');
  const sent = withoutRepeatedOwners(sentObject(request), false);
  checkFields(request, sent.object);
  const warnings = [...sent.warnings];
  const guard = requestGuard(context, request);
  const options = { manager: fieldManager(request), isDryRun: isDryRun(request), guard };
  const isMissing = context.store.head(keyOf(kind.resource, path.namespace, path.name)) === undefined;
  if (isMissing && path.subresource === '' && allowsCreateOnUpdate(kind.resource)) {
    const object = await context.writer.create(kind, sent.object, { ...options, namespace: path.namespace });
    return { code: 201, body: render(context, request, object), warnings };
  }
  const written = await context.writer.update(kind, path, {
    ...options,
    subresource: subresourceOf(request),
    modify: (live) => {
      assertSameUid(request, live, sent.object);
      warnings.push(...finalizerWarnings(kind, sent.object, live));
      return sent.object;
    },
  });
  return { code: 200, body: render(context, request, written.object), warnings };
}

/** The uid in a PUT is a precondition. @throws StatusError Conflict. */
export function assertSameUid({ kind }: ResourceRequest, live: ApiObject, sent: ApiObject): void {
  const { uid = '' } = sent.metadata;
  if (uid === '' || uid === live.metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`;
  throw conflict(kind.resource, live.metadata.name ?? '', why);
}

/** The part of the object that the path names. */
export function subresourceOf(request: ResourceRequest): Subresource {
  return request.path.subresource === 'status' ? 'status' : '';
}
