import { isTrue } from '../request/query.ts';
import { pathNameFault } from '../request/request-path.ts';
import type { AccessAttributes } from './authorize.ts';

/** What a request wants, whoever sends it. */
export type RequestedAccess = Omit<AccessAttributes, 'user'>;

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Parts of a namespace that are not objects in it. */
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/**
 * What a request asks for, read from its method and its path alone, as kube-apiserver does: whether there is such a
 * resource is found out only by those who may ask.
 *
 * A list or watch of one name (`fieldSelector=metadata.name=x`) is about that name.
 */
export function requestedAccess(method: string, path: string, query: URLSearchParams): RequestedAccess {
  const segments = path.replaceAll(/^\/+|\/+$/g, '').split('/');
  const [root, ...rest] = segments;
  const isResource = (root === 'api' && rest.length > 1) || (root === 'apis' && rest.length > 2);
  if (!isResource) return { verb: method.toLowerCase(), path };
  const [group = '', , ...below] = root === 'api' ? ['', ...rest] : rest;
  const isWatchPath = below[0] === 'watch' && below.length > 1;
  const place = placeOf(isWatchPath ? below.slice(1) : below);
  const verb = isWatchPath ? 'watch' : verbOf(VERBS[method] ?? '', place.name, query);
  const isOfMany = place.name === '' && (verb === 'list' || verb === 'watch') && !isWatchPath;
  const name = isOfMany ? selectedName(query) : place.name;
  return { verb, path, resource: { group, ...place, name } };
}

function placeOf(segments: readonly string[]): {
  namespace: string;
  plural: string;
  name: string;
  subresource: string;
} {
  const [first, second = '', third] = segments;
  const namespace = first === 'namespaces' ? second : '';
  const isInside = first === 'namespaces' && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [plural = '', name = '', subresource = ''] = isInside ? segments.slice(2) : segments;
  return { namespace, plural, name, subresource };
}

function verbOf(verb: string, name: string, query: URLSearchParams): string {
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

function selectedName(query: URLSearchParams): string {
  for (const term of (query.get('fieldSelector') ?? '').split(',')) {
    const name = /^metadata\.name==?([^=]*)$/.exec(term)?.[1];
    if (name !== undefined && name !== '' && pathNameFault(name) === undefined) return name;
  }
  return '';
}
