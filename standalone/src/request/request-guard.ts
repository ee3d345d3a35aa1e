import type { DeleteOptions } from '../objects/deletion-plan.ts';
import type { PendingWrite, WriteGuard } from '../objects/write-guard.ts';
import type { ApiObject, CompiledKind, JsonObject } from '../schema/index.ts';
import { assertNoEscalation } from '../rbac/escalation.ts';
import { forbiddenAccess } from '../auth/forbidden-access.ts';
import type { ApiContext } from './api-context.ts';
import type { ResourceRequest } from './resource-request.ts';

/** What tells one write request from another for its guard. */
export interface GuardedWrite {
  /** What a deletion was told, in its body or in its query. */
  deletion?: DeleteOptions;
  /** The objects as policies see them, where those are another kind than the stored ones. */
  view?: { kind: CompiledKind; of: (object: ApiObject) => ApiObject };
}

/** Judges the writes of a request: by the rights that it gives away, then by policies, whose warnings are told with the answer. */
export function requestGuard(context: ApiContext, request: ResourceRequest, guarded: GuardedWrite = {}): WriteGuard {
  const { rbac, authorize } = context;
  return {
    beforeValidation: (write) => {
      assertNoEscalation({ index: rbac, authorize }, { ...write, user: request.user, path: request.path });
    },
    afterValidation: (write) => {
      assertMayCreate(context, request, write);
      const { warnings } = context.admission.review(attributesOf(request, guarded, write));
      request.warnings.push(...warnings);
    },
  };
}

/** An update or apply that turns out to create needs the right to create too. @throws StatusError Forbidden. */
function assertMayCreate({ authorize }: ApiContext, request: ResourceRequest, { operation }: PendingWrite): void {
  if (operation !== 'CREATE' || request.method === 'POST') return;
  const { user, path } = request;
  const attributes = { user, verb: 'create', resource: path, path: '' };
  const { isAllowed, reason } = authorize(attributes);
  if (!isAllowed) throw forbiddenAccess(attributes, reason);
}

function attributesOf(
  request: ResourceRequest,
  guarded: GuardedWrite,
  write: PendingWrite,
): Parameters<ApiContext['admission']['review']>[0] {
  const { operation, object, oldObject } = write;
  const { kind: stored, user } = request;
  const { kind, of } = guarded.view ?? { kind: stored, of: (whole: ApiObject) => whole };
  const { group, version, kind: kindName } = kind.resource;
  const options = optionsOf(request, guarded, operation);
  return {
    operation,
    path: placeOf(request, object),
    kind: { group, version, kind: kindName },
    user,
    ...(object === undefined ? {} : { object: of(object) }),
    ...(oldObject === undefined ? {} : { oldObject: of(oldObject) }),
    options,
    isDryRun: Array.isArray(options['dryRun']),
  };
}

/** The name of a new object is in the object alone; a namespace lies in itself. */
function placeOf({ path, kind }: ResourceRequest, object: ApiObject | undefined): ResourceRequest['path'] {
  const name = path.name === '' ? (object?.metadata.name ?? '') : path.name;
  const isNamespace = kind.resource.group === '' && kind.resource.plural === 'namespaces';
  return { ...path, name, namespace: isNamespace ? name : path.namespace };
}

/** What a patch leads to is a create or an update, and policies see it as such. */
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

function optionsOf(
  { query }: ResourceRequest,
  { deletion }: GuardedWrite,
  operation: PendingWrite['operation'],
): JsonObject {
  const told = deletion === undefined ? queryOptions(query) : deleteOptions(deletion);
  return { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1', ...told };
}

function queryOptions(query: URLSearchParams): JsonObject {
  const texts = ['fieldManager', 'fieldValidation'].flatMap((name) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  return { ...Object.fromEntries(texts), ...(dryRun.length === 0 ? {} : { dryRun }) };
}

function deleteOptions({ isDryRun, propagationPolicy, preconditions }: DeleteOptions): JsonObject {
  const { uid, resourceVersion } = preconditions ?? {};
  const named = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    ...(isDryRun ? { dryRun: ['All'] } : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions: named }),
  };
}
