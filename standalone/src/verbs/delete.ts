import type { ApiContext } from '../request/api-context.ts';
import { readDeleteOptions } from '../request/delete-options.ts';
import { requestGuard } from '../request/request-guard.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import type { Status } from '../status/status-error.ts';
import { render } from './create.ts';

/** DELETE of one object. */
export async function remove(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  const deletion = readDeleteOptions(request);
  const guard = requestGuard(context, request, { deletion });
  const written = await context.writer.delete(kind, path, { ...deletion, guard });
  if (!written.isGone) return { code: 200, body: render(context, request, written.object) };
  const { group, plural } = kind.resource;
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: path.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      uid: written.object.metadata.uid ?? '',
    },
  };
  return { code: 200, body: JSON.stringify(status) };
}
