import type { Subresource } from '../objects/next-object.ts';
import type { ApiContext } from '../request/api-context.ts';
import { checkFields } from '../request/field-validation.ts';
import { fieldManager, isDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { sentObject } from '../request/sent-object.ts';
import { assertValid } from '../objects/object-writer.ts';
import { render } from './create.ts';

/** PUT of an object or its status. */
export async function update(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  const sent = sentObject(request);
  const warnings = checkFields(request, sent);
  const { resourceVersion } = sent.metadata;
  if (kind.isCustomResource && (resourceVersion === undefined || resourceVersion === '')) {
    const message = 'Invalid value: 0: must be specified for an update';
    assertValid(kind.resource, path.name, [
      { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message },
    ]);
  }
  const written = await context.writer.update(kind, path, {
    subresource: subresourceOf(request),
    modify: () => sent,
    manager: fieldManager(request),
    isDryRun: isDryRun(request),
  });
  return { code: 200, body: render(context, request, written.object), warnings };
}

/** The part of the object that the path names. */
export function subresourceOf(request: ResourceRequest): Subresource {
  return request.path.subresource === 'status' ? 'status' : '';
}
