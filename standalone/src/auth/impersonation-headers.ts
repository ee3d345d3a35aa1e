import type { IncomingHttpHeaders } from 'node:http';
import { badRequest } from '../status/status-error.ts';

/** Who somebody wants to be for one request, as the headers say it. */
export interface WantedUser {
  name: string;
  uid: string;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}

const EXTRA_PREFIX = 'impersonate-extra-';

/**
 * The user of the `Impersonate-` headers; undefined without them.
 *
 * @param headers Values by lower-case name, each as it was sent: `IncomingMessage.headersDistinct`.
 * @throws StatusError BadRequest for headers that name no user.
 */
export function wantedUser(headers: NodeJS.Dict<string[]>): WantedUser | undefined {
  const name = headers['impersonate-user']?.[0] ?? '';
  const uid = headers['impersonate-uid']?.[0] ?? '';
  const groups = headers['impersonate-group'] ?? [];
  const extra = extraOf(headers);
  if (name !== '') return { name, uid, groups, extra };
  const what = { ...(uid === '' ? {} : { uid }), ...(groups.length === 0 ? {} : { groups }), ...extra };
  if (Object.keys(what).length === 0) return undefined;
  throw badRequest(`requested ${JSON.stringify(what)} without impersonating a user name`);
}

/** Whatever a client names a key, it becomes a key and no more. */
function extraOf(headers: NodeJS.Dict<string[]>): WantedUser['extra'] {
  const extra = new Map<string, string[]>();
  for (const [header, values = []] of Object.entries(headers)) {
    if (!header.startsWith(EXTRA_PREFIX)) continue;
    const key = decoded(header.slice(EXTRA_PREFIX.length));
    extra.set(key, [...(extra.get(key) ?? []), ...values]);
  }
  return Object.fromEntries(extra);
}

/** True when a request wants to be somebody else: a look at the names is cheaper than at the values. */
export function hasImpersonation(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

/** A key that is no percent-encoding is taken as it is. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // It was not meant as one.
    return key;
  }
}
