import { badRequest, StatusError } from '../status/status-error.ts';

/** Where a paged list goes on. */
export interface ContinuePoint {
  /** The revision that the whole list shows; negative: the newest, whatever it is. */
  revision: number;
  /** The last object of the page before; undefined at the beginning. */
  after: { namespace: string; name: string } | undefined;
}

/** The form of the token; kube-apiserver's, word for word. */
const TOKEN_VERSION = 'meta.k8s.io/v1';

/** The opaque token of a point in a list of one namespace, or of all (undefined). */
export function encodeContinue(point: ContinuePoint, namespace: string | undefined): string {
  const { revision, after } = point;
  const place = namespace === undefined && after?.namespace !== '' ? `${after?.namespace}/${after?.name}` : after?.name;
  return Buffer.from(JSON.stringify({ v: TOKEN_VERSION, rv: revision, start: `${place}\0` })).toString('base64url');
}

/** The point of a token. @throws StatusError BadRequest for a token that we did not make. */
export function decodeContinue(token: string, namespace: string | undefined): ContinuePoint {
  const { v, rv, start } = parseToken(token);
  if (v !== TOKEN_VERSION)
    throw invalid(`: server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  if (!Number.isSafeInteger(rv) || rv === 0) throw invalid(`: incorrect encoded start resourceVersion (version ${v})`);
  if (typeof start !== 'string' || start === '') throw invalid(`: encoded start key empty (version ${v})`);
  const segments = start.replace(/^\//, '').replace(/\0$/, '').split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) throw invalid(`: ${start}`);
  const after =
    namespace === undefined && segments.length > 1
      ? { namespace: segments[0] ?? '', name: segments.slice(1).join('/') }
      : { namespace: namespace ?? '', name: segments.join('/') };
  return { revision: Number(rv), after };
}

/**
 * 410 for a list whose revision is no longer kept, with a token for the rest of it as it is now.
 *
 * Reference: "Retrieving large results sets in chunks", Kubernetes API concepts.
 */
export function continueExpired(point: ContinuePoint, namespace: string | undefined): StatusError {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return new StatusError('Expired', message, undefined, encodeContinue({ ...point, revision: -1 }, namespace));
}

function parseToken(token: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof fields === 'object' && fields !== null) return fields as Record<string, unknown>;
  } catch {
    // Not JSON: refused below.
  }
  throw invalid('');
}

function invalid(why: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid${why}`);
}
