const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** Why extra values cannot be taken over by a constrained impersonation; undefined when they can. Keys are `DOMAIN/PATH`. */
export function extraFault(extra: Readonly<Record<string, readonly string[]>>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed';
    const fault = keyFault(key);
    if (fault !== undefined)
      return `impersonating an invalid key in extra is not allowed: extra.key: Invalid value: ${JSON.stringify(key)}: ${fault}`;
    if (key !== key.toLowerCase())
      return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`;
    if (values.length === 0) return 'impersonating empty values in extra is not allowed';
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  }
  return undefined;
}

function keyFault(key: string): string | undefined {
  const slash = key.indexOf('/');
  const [domain, path] = [key.slice(0, slash), key.slice(slash + 1)];
  if (slash < 0 || domain === '' || path === '') return 'must be a domain-prefixed path (such as "acme.io/foo")';
  if (!DOMAIN.test(domain)) return 'its domain is no lowercase RFC 1123 subdomain';
  return PATH.test(path) ? undefined : `its path must match ${PATH.source}`;
}
