/** What Go's net/url makes of a request URI: an absolute URI or an absolute path. */
export interface GoUri {
  scheme: string;
  /** With the port. */
  host: string;
  escapedPath: string;
  query: string;
}

/** Parses as Go's url.ParseRequestURI does. Throws SyntaxError with its words. */
export function parseRequestUri(text: string): GoUri {
  const fail = (why: string): never => {
    throw new SyntaxError(`parse ${JSON.stringify(text)}: ${why}`);
  };
  if (/(?![\x80-\x9f])\p{Cc}/u.test(text)) fail('net/url: invalid control character in URL');
  if (text === '') fail('empty url');
  if (text === '*') return { scheme: '', host: '', escapedPath: '*', query: '' };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1] ?? '';
  if (scheme === '' && text.startsWith(':')) fail('missing protocol scheme');
  const [rest = '', query = ''] = splitOnce(scheme === '' ? text : text.slice(scheme.length + 1), '?');
  if (!rest.startsWith('/')) {
    if (scheme === '') fail('invalid URI for request');
    return { scheme: scheme.toLowerCase(), host: '', escapedPath: '', query };
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0;
  const authority = hasAuthority ? rest.slice(2, slash === -1 ? undefined : slash) : '';
  const escapedPath = slash === -1 ? '' : rest.slice(slash);
  const fault = authorityFault(authority) ?? escapeFault(escapedPath);
  if (fault !== undefined) fail(fault);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return { scheme: scheme.toLowerCase(), host, escapedPath: escapePath(escapedPath), query };
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function escapeFault(text: string): string | undefined {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text)?.[0];
  return bad === undefined ? undefined : `invalid URL escape ${JSON.stringify(bad)}`;
}

function authorityFault(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end === -1) return "missing ']' in host";
    return portFault(host.slice(end + 1));
  }
  const colon = host.lastIndexOf(':');
  const bad = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host)?.[0];
  if (bad !== undefined) return `invalid character ${JSON.stringify(bad)} in host name`;
  return (colon === -1 ? undefined : portFault(host.slice(colon))) ?? escapeFault(host);
}

function portFault(port: string): string | undefined {
  return port === '' || /^:\d*$/.test(port) ? undefined : `invalid port ${JSON.stringify(port)} after host`;
}

/** A path as Go's URL.EscapedPath gives it back: as sent where that is a valid encoding. */
function escapePath(path: string): string {
  return /^[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%]*$/.test(path) ? path : encodeURI(decodeURI(path));
}
