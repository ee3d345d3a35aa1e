import { badRequest, methodNotAllowed, verbNotSupported } from '../status/status-error.ts';
import type { CompiledKind } from '../schema/index.ts';
import type { ResourcePath } from '../request/request-path.ts';
import { isTrue } from '../request/query.ts';

/** What a request does, in Kubernetes' terms. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** The verb of a request. @throws StatusError MethodNotAllowed; BadRequest where a name is missing. */
export function verbOf(
  method: string,
  { kind, path }: { kind: CompiledKind; path: ResourcePath },
  query: URLSearchParams,
): Verb {
  const verb = verbOfMethod(method, { kind, path }, query);
  const isServed =
    path.subresource === 'token' ? verb === 'create' : kind.isCustomResource || kind.verbs.includes(verb);
  if (!isServed) throw methodNotAllowed();
  return verb;
}

function verbOfMethod(
  method: string,
  { kind, path }: { kind: CompiledKind; path: ResourcePath },
  query: URLSearchParams,
): Verb {
  const isCollection = path.name === '';
  const isReading = method === 'GET' || (method === 'HEAD' && kind.isCustomResource && !path.isWatch);
  if (isReading) {
    if (path.isWatch || (isCollection && isTrue(query.get('watch')))) return 'watch';
    return isCollection ? 'list' : 'get';
  }
  const verb = path.isWatch ? undefined : writingVerb(method, path);
  if (verb !== undefined) return verb;
  // Built-in kinds are served by a router that knows paths and methods only, custom resources by one that knows verbs.
  if (!kind.isCustomResource) throw methodNotAllowed();
  if (isCollection && (method === 'PUT' || method === 'PATCH')) throw badRequest('name must be provided');
  throw verbNotSupported(kind.resource, method === 'POST' ? 'create' : method === 'DELETE' ? 'delete' : '');
}

function writingVerb(method: string, path: ResourcePath): Verb | undefined {
  const isCollection = path.name === '';
  if (method === 'POST' && (isCollection || path.subresource === 'token')) return 'create';
  if (method === 'PUT' && !isCollection) return 'update';
  if (method === 'PATCH' && !isCollection) return 'patch';
  if (method === 'DELETE' && path.subresource === '') return isCollection ? 'deletecollection' : 'delete';
  return undefined;
}
