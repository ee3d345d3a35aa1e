/** Longest way back that is kept through a login, in characters. */
const MAX_LENGTH = 1024;
/** What a path of ours is made of; no backslash and no control character, which browsers read as they like. */
const PATH = /^\/[\w.~!$&'()*+,;=:@%/?-]*$/;

/**
 * The path to send a browser to after a login, or `/` for what might lead elsewhere (RFC 9700 §4.11: no open redirector).
 *
 * A path is taken as it stands or not at all: one that would need mending was not made by us.
 */
export function localPath(text: string | undefined): string {
  if (text === undefined || text.length > MAX_LENGTH || !PATH.test(text)) return '/';
  // `//host` and, in a path that is put together later, `/..//host` name another origin.
  if (text.split('?')[0]?.includes('//') === true) return '/';
  const origin = 'https://own.invalid';
  const url = URL.parse(text, origin);
  if (url?.origin !== origin) return '/';
  return leadsOutOfPages(url.pathname) ? '/' : text;
}

/** Back to what begins or ends logins would be a loop. */
function leadsOutOfPages(path: string): boolean {
  return /^\/(?:auth|login|logout)(?:\/|$)/.test(path);
}
