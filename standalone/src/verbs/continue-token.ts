import { badRequest } from '../status/status-error.ts';

/** Where a paged list goes on. */
export interface ContinuePoint {
  /** The revision that the whole list shows. */
  revision: number;
  /** The last object of the page before; undefined at the beginning. */
  after: { namespace: string; name: string } | undefined;
}

/** The opaque token of a point. */
export function encodeContinue(point: ContinuePoint): string {
  const { revision, after } = point;
  return Buffer.from(JSON.stringify([revision, after?.namespace ?? '', after?.name ?? ''])).toString('base64url');
}

/** The point of a token. @throws StatusError BadRequest for a token that we did not make. */
export function decodeContinue(token: string): ContinuePoint {
  const fields = parseFields(token);
  const [revision, namespace, name] = fields;
  if (!Number.isSafeInteger(revision) || typeof namespace !== 'string' || typeof name !== 'string') {
    throw badRequest('continue key is not valid');
  }
  return { revision: Number(revision), after: { namespace, name } };
}

function parseFields(token: string): unknown[] {
  try {
    const fields: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(fields) ? fields : [];
  } catch {
    // Not our JSON: the caller refuses it.
    return [];
  }
}
