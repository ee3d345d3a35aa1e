import type { KindRegistry } from '../kinds/kind-registry.ts';
import { parseResourcePath, pathNameFault } from '../request/request-path.ts';
import type { ResourcePath } from '../request/request-path.ts';
import type { CompiledKind } from '../schema/index.ts';
import { isQuestion } from '../reviews/create-review.ts';
import { badRequest, methodNotAllowed, notFound, pathNotFound } from '../status/status-error.ts';

/** The resource that a request is about. */
export interface ResourceTarget {
  kind: CompiledKind;
  path: ResourcePath;
}

/** The target of a decoded path; undefined when it names no kind that is served. */
export function findTarget(kinds: KindRegistry, path: string): ResourceTarget | undefined {
  const resourcePath = parseResourcePath(path);
  if (resourcePath === undefined) return undefined;
  const kind = kinds.find(resourcePath.group, resourcePath.version, resourcePath.plural);
  return kind === undefined || isMisplaced(kind, resourcePath) ? undefined : { kind, path: resourcePath };
}

/** A namespaced object has a namespace in its path, a cluster-scoped one has none. */
function isMisplaced(kind: CompiledKind, path: ResourcePath): boolean {
  return kind.resource.namespaced ? path.name !== '' && path.namespace === '' : path.namespace !== '';
}

/**
 * Only `status`, `scale` and `token` lie below an object.
 *
 * @throws StatusError NotFound, BadRequest for what cannot be a name, MethodNotAllowed.
 */
export function checkTarget({ kind, path }: ResourceTarget): void {
  const { resource } = kind;
  // Finalize exists for kube-controller-manager, which writes to it only.
  if (path.subresource === 'finalize' && resource.plural === 'namespaces') throw methodNotAllowed();
  // Questions are asked at their collection; there is nothing below it.
  if (isQuestion(kind) && path.name !== '') throw pathNotFound();
  if (!isServed(kind, path.subresource)) {
    throw kind.isCustomResource ? notFound(resource, path.name) : pathNotFound();
  }
  const fault = pathNameFault(path.name);
  if (fault !== undefined) throw badRequest(`Name parameter invalid: ${JSON.stringify(path.name)}: ${fault}`);
}

function isServed(kind: CompiledKind, subresource: string): boolean {
  if (subresource === 'status') return kind.hasStatus;
  if (subresource === 'token') return kind.tokenKind !== undefined;
  return subresource === 'scale' ? kind.scale !== undefined : subresource === '';
}

/** True where built-in documents and groups are, where an unknown path is answered by a Status and not by plain text. */
export function isBuiltInPath(kinds: KindRegistry, path: string): boolean {
  const [, root = '', group = ''] = path.split('/');
  if (root === 'api' || root === 'version') return true;
  return root === 'apis' && kinds.all().some((kind) => !kind.isCustomResource && kind.resource.group === group);
}
