import { methodNotAllowed } from '../status/status-error.ts';
import type { ResourcePath } from '../request/request-path.ts';
import { isTrue } from '../request/query.ts';

/** What a request does, in Kubernetes' terms. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** The verb of a request. @throws StatusError MethodNotAllowed. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): Verb {
  const isCollection = path.name === '';
  if (path.isWatch && method !== 'GET') throw methodNotAllowed();
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (path.isWatch || (isCollection && isTrue(query.get('watch')))) return 'watch';
      return isCollection ? 'list' : 'get';
    case 'POST':
      if (isCollection) return 'create';
      break;
    case 'PUT':
      if (!isCollection) return 'update';
      break;
    case 'PATCH':
      if (!isCollection) return 'patch';
      break;
    case 'DELETE':
      if (path.subresource === '') return isCollection ? 'deletecollection' : 'delete';
      break;
    default:
  }
  throw methodNotAllowed();
}
