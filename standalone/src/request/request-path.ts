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
}

/**
 * Takes a path apart: `/api/v1/...` and `/apis/GROUP/VERSION/...`, then
 * `[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]`.
 *
 * @returns undefined for a path that names no resource, or is not well-formed.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = decodeSegments(path);
  if (segments === undefined) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api') return parseBelow('', rest[0], rest.slice(1));
  if (root === 'apis' && rest[0] !== undefined) return parseBelow(rest[0], rest[1], rest.slice(2));
  return undefined;
}

function parseBelow(group: string, version: string | undefined, segments: string[]): ResourcePath | undefined {
  const [first, second, third] = segments;
  if (version === undefined || first === undefined) return undefined;
  // `namespaces/NAME` is the namespace itself, and so is its status; anything longer lies inside the namespace.
  const isInside = first === 'namespaces' && third !== undefined && !isNamespaceSubresource(segments);
  const [plural, name = '', subresource = '', ...tooMuch] = isInside ? segments.slice(2) : segments;
  if (plural === undefined || tooMuch.length > 0) return undefined;
  return { group, version, namespace: isInside ? (second ?? '') : '', plural, name, subresource };
}

function isNamespaceSubresource(segments: readonly string[]): boolean {
  return segments.length === 3 && (segments[2] === 'status' || segments[2] === 'finalize');
}

/** Segments without their percent-encoding; undefined when one is empty, badly encoded, or hides a slash. */
function decodeSegments(path: string): string[] | undefined {
  const trimmed = path.endsWith('/') ? path.slice(1, -1) : path.slice(1);
  const segments: string[] = [];
  for (const raw of trimmed.split('/')) {
    const segment = decodeSegment(raw);
    if (segment === undefined || segment === '' || segment === '.' || segment === '..' || segment.includes('/')) {
      return undefined;
    }
    segments.push(segment);
  }
  return segments;
}

function decodeSegment(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    // Malformed percent-encoding: such a path names nothing.
    return undefined;
  }
}
