/** What a URL path of the Kubernetes API names. */
export interface ResourcePath {
  group: string;
  version: string;
  /** '' for cluster scope, and for lists over all namespaces. */
  namespace: string;
  plural: string;
  /** '' for the collection. */
  name: string;
  /** '' for the object itself. */
  subresource: string;
  /** True for the old form `/api/v1/watch/...`. */
  isWatch: boolean;
}

/**
 * Takes a decoded path apart: `/api/v1/...` and `/apis/GROUP/VERSION/...`, then
 * `[watch/][namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]`.
 *
 * @returns undefined for a path that names no resource, or is not well-formed.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.replace(/\/+$/, '').slice(1).split('/');
  if (segments.includes('')) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api') return parseBelow('', rest[0], rest.slice(1));
  if (root === 'apis' && rest[0] !== undefined) return parseBelow(rest[0], rest[1], rest.slice(2));
  return undefined;
}

function parseBelow(group: string, version: string | undefined, below: string[]): ResourcePath | undefined {
  const isWatch = below.length > 1 && below[0] === 'watch';
  const segments = isWatch ? below.slice(1) : below;
  const [first, second, third] = segments;
  if (version === undefined || first === undefined) return undefined;
  // `namespaces/NAME` is the namespace itself, and so is its status; anything longer lies inside the namespace.
  const isInside = first === 'namespaces' && third !== undefined && !isNamespaceSubresource(segments);
  const [plural, name = '', subresource = '', ...tooMuch] = isInside ? segments.slice(2) : segments;
  if (plural === undefined || tooMuch.length > 0) return undefined;
  return { group, version, namespace: isInside ? (second ?? '') : '', plural, name, subresource, isWatch };
}

function isNamespaceSubresource(segments: readonly string[]): boolean {
  return segments.length === 3 && (segments[2] === 'status' || segments[2] === 'finalize');
}

/**
 * Decodes the percent-encoding of a path, once and before it is split, as kube-apiserver does: an encoded slash is a
 * slash. Bytes that are not UTF-8 become U+FFFD, which no name has.
 *
 * @returns undefined when the encoding is malformed.
 */
export function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  if (/%(?![\da-f]{2})/i.test(path)) return undefined;
  const bytes = path.replace(/%([\da-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Why a path segment cannot be a name; undefined when it can. */
export function pathNameFault(name: string): string | undefined {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  if (name.includes('%')) return "may not contain '%'";
  return undefined;
}
