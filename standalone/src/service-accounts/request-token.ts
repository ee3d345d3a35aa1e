import { toTime } from '../objects/initial-object.ts';
import type { ApiContext } from '../request/api-context.ts';
import { requestGuard } from '../request/request-guard.ts';
import type { ResourcePath } from '../request/request-path.ts';
import type { Reply, ResourceRequest } from '../request/resource-request.ts';
import { invalidQuestion } from '../reviews/invalid-question.ts';
import { readQuestion } from '../reviews/create-review.ts';
import { invalid } from '../schema/index.ts';
import type { ApiObject, Cause } from '../schema/index.ts';
import { badRequest, conflict, notFound } from '../status/status-error.ts';
import { render } from '../verbs/create.ts';
import type { NamedUid } from './account-jwt.ts';

const GROUP_KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

interface TokenRequestSpec {
  audiences?: readonly string[] | null;
  expirationSeconds?: number;
  boundObjectRef?: BoundObjectRef | null;
}

interface BoundObjectRef {
  kind?: string;
  apiVersion?: string;
  name?: string;
  uid?: string;
}

/**
 * POST to the subresource `token` of a ServiceAccount: a token for an audience and a time, maybe bound to an object.
 *
 * @throws StatusError NotFound, Invalid, BadRequest, Conflict (the uid of the account or of the object is another).
 */
export function requestToken(context: ApiContext, request: ResourceRequest): Reply {
  const { path, kind } = request;
  if (kind.tokenKind === undefined) throw new Error(`no tokens of a ${kind.resource.kind} are served`);
  const tokenRequest: ResourceRequest = { ...request, kind: kind.tokenKind };
  const sent = readQuestion(context, withoutName(tokenRequest), 'token');
  assertNamed(sent.metadata.name, path.name, 'name');
  const account = accountOf(context, request);
  if ((sent.metadata.uid ?? account.uid) !== account.uid) {
    const why = `the UID in the token request (${sent.metadata.uid ?? ''}) does not match the UID of the service account (${account.uid})`;
    throw conflict({ group: GROUP_KIND.group, plural: GROUP_KIND.kind }, path.name, why);
  }
  const question = completed(context, sent, account, path);
  const spec = question['spec'] as TokenRequestSpec;
  assertValidSeconds(spec.expirationSeconds ?? DEFAULT_SECONDS);
  const guard = requestGuard(context, tokenRequest);
  guard.afterValidation({ operation: 'CREATE', object: question });
  return { code: 201, body: render(context, tokenRequest, answered(context, question, { account, path })) };
}

/** A name in the body may be wrong: the answer to that is another than for objects. */
function withoutName(request: ResourceRequest): ResourceRequest {
  return { ...request, path: { ...request.path, name: '' } };
}

function accountOf({ store }: ApiContext, { kind, path }: ResourceRequest): NamedUid {
  const stored = store.get({ resource: 'serviceaccounts', namespace: path.namespace, name: path.name });
  if (stored === undefined) throw notFound(kind.resource, path.name);
  return { name: path.name, uid: stored.uid };
}

function assertNamed(sent: string | undefined, wanted: string, field: string): void {
  if ((sent ?? wanted) === wanted) return;
  const why = `must match the service account ${field} if specified`;
  throw invalidQuestion(GROUP_KIND, wanted, [invalid(`metadata.${field}`, sent, why)]);
}

function completed(context: ApiContext, sent: ApiObject, account: NamedUid, path: ResourcePath): ApiObject {
  const spec = (sent['spec'] ?? {}) as TokenRequestSpec;
  const { audiences } = spec;
  return {
    apiVersion: sent.apiVersion,
    kind: sent.kind,
    metadata: {
      ...sent.metadata,
      name: account.name,
      namespace: path.namespace,
      uid: account.uid,
      creationTimestamp: toTime(context.clock.now()),
    },
    spec: {
      audiences:
        audiences === undefined || audiences === null || audiences.length === 0 ? context.tokens.audiences : audiences,
      expirationSeconds: spec.expirationSeconds ?? DEFAULT_SECONDS,
      boundObjectRef: spec.boundObjectRef ?? null,
    },
  };
}

function assertValidSeconds(seconds: number): void {
  const field = 'spec.expirationSeconds';
  const causes: Cause[] = [];
  if (seconds < MIN_SECONDS) causes.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_SECONDS)
    causes.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (causes.length > 0) throw invalidQuestion(GROUP_KIND, '', causes);
}

function answered(
  context: ApiContext,
  question: ApiObject,
  { account, path }: { account: NamedUid; path: ResourcePath },
): ApiObject {
  const { audiences, expirationSeconds = DEFAULT_SECONDS, boundObjectRef } = question['spec'] as TokenRequestSpec;
  const token = context.accountTokens.issue({
    namespace: path.namespace,
    account,
    audiences: audiences ?? context.tokens.audiences,
    expirationSeconds,
    ...(boundObjectRef === undefined || boundObjectRef === null
      ? {}
      : boundTo(context, boundObjectRef, path.namespace)),
  });
  const end = new Date(context.clock.now().getTime() + expirationSeconds * 1000);
  return { ...question, status: { token, expirationTimestamp: toTime(end) } };
}

/** Pods are not served here, so no token can be bound to one. */
function boundTo(
  { store }: ApiContext,
  { kind = '', apiVersion = '', name = '', uid = '' }: BoundObjectRef,
  accountNamespace: string,
): { secret?: NamedUid; node?: NamedUid } {
  const plural = apiVersion === 'v1' ? BINDABLE.get(kind) : undefined;
  if (plural === undefined) throw badRequest(`cannot bind token to object of type ${goType(apiVersion, kind)}`);
  const namespace = plural === 'nodes' ? '' : accountNamespace;
  const stored = store.get({ resource: plural, namespace, name });
  if (stored === undefined) throw notFound({ group: '', plural }, name);
  if (uid !== '' && uid !== stored.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', plural: kind }, name, why);
  }
  return { [plural === 'nodes' ? 'node' : 'secret']: { name, uid: stored.uid } };
}

const BINDABLE: ReadonlyMap<string, string> = new Map([
  ['Secret', 'secrets'],
  ['Node', 'nodes'],
  ['Pod', 'pods'],
]);

function goType(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
