import type { DeleteOptions, PropagationPolicy } from '../objects/deletion-plan.ts';
import type { ApiContext } from '../request/api-context.ts';
import { parseDocument } from '../request/read-body.ts';
import { isDryRun, readDryRun } from '../request/resource-request.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { isJsonObject } from '../request/json-object.ts';
import { badRequest } from '../status/status-error.ts';
import type { Status } from '../status/status-error.ts';
import { render } from './create.ts';

/** DELETE of one object. */
export async function remove(context: ApiContext, request: ResourceRequest): Promise<Reply> {
  const { kind, path } = request;
  const written = await context.writer.delete(kind, path, readDeleteOptions(request));
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

/** DeleteOptions of the body and the query. @throws StatusError BadRequest. */
export function readDeleteOptions(request: ResourceRequest): DeleteOptions {
  const document = request.body.length === 0 ? {} : parseDocument(request.body, request.contentType);
  if (!isJsonObject(document)) throw badRequest('the request body is not DeleteOptions');
  const sentDryRun: unknown = document['dryRun'];
  const policy = document['propagationPolicy'] ?? request.query.get('propagationPolicy') ?? undefined;
  const preconditions: unknown = document['preconditions'] ?? undefined;
  return {
    isDryRun: isDryRun(request) || readDryRun(Array.isArray(sentDryRun) ? sentDryRun : []),
    propagationPolicy: readPolicy(policy, document['orphanDependents'] ?? request.query.get('orphanDependents')),
    preconditions: isJsonObject(preconditions)
      ? { uid: readString(preconditions['uid']), resourceVersion: readString(preconditions['resourceVersion']) }
      : undefined,
  };
}

function readPolicy(policy: unknown, orphanDependents: unknown): PropagationPolicy | undefined {
  if (policy === undefined || policy === '') {
    // The older way to say it.
    if (orphanDependents === true || orphanDependents === 'true') return 'Orphan';
    return orphanDependents === false || orphanDependents === 'false' ? 'Background' : undefined;
  }
  if (policy === 'Background' || policy === 'Foreground' || policy === 'Orphan') return policy;
  throw badRequest(
    `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan"`,
  );
}

function readString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
