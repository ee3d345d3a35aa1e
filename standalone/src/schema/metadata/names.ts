const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const KEY_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const KEY_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function regexpError(rule: string, pattern: string, ...examples: string[]): string {
  return `${rule} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

function tooLongError(maxBytes: number): string {
  return `must be no more than ${maxBytes} bytes`;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

/** What is wrong with a DNS-1123 label (RFC 1123, at most 63 bytes). */
export function dns1123LabelErrors(text: string): string[] {
  const errors = text.length > 63 ? [tooLongError(63)] : [];
  if (matches(LABEL, text)) return errors;
  if (matches(SUBDOMAIN, text)) return [...errors, 'must not contain dots'];
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...errors, regexpError(rule, LABEL, 'my-name', '123-abc')];
}

/** What is wrong with a DNS-1123 subdomain (at most 253 bytes): the form of most object names. */
export function dns1123SubdomainErrors(text: string): string[] {
  const errors = text.length > 253 ? [tooLongError(253)] : [];
  if (matches(SUBDOMAIN, text)) return errors;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...errors, regexpError(rule, SUBDOMAIN, 'example.com')];
}

/** What is wrong with a DNS-1035 label, the form of plural names and versions of CRDs. */
export function dns1035LabelErrors(text: string): string[] {
  const errors = text.length > 63 ? [tooLongError(63)] : [];
  if (matches(DNS_1035, text)) return errors;
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...errors, regexpError(rule, DNS_1035, 'my-name', 'abc-123')];
}

/** What is wrong with a label key, annotation key or finalizer: a name with an optional DNS prefix. */
export function qualifiedNameErrors(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    const rule = `a valid label key ${regexpError(KEY_RULE, KEY_NAME, 'MyName', 'my.name', '123-abc')}`;
    return [`${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? '';
  const errors = parts.length === 2 ? prefixErrors(parts[0] ?? '') : [];
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${tooLongError(63)}`);
  if (!matches(KEY_NAME, name))
    errors.push(`name part ${regexpError(KEY_RULE, KEY_NAME, 'MyName', 'my.name', '123-abc')}`);
  return errors;
}

function prefixErrors(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return dns1123SubdomainErrors(prefix).map((error) => `prefix part ${error}`);
}

/** What is wrong with a label value (at most 63 bytes, may be empty). */
export function labelValueErrors(text: string): string[] {
  const errors = text.length > 63 ? [tooLongError(63)] : [];
  if (matches(`(${KEY_NAME})?`, text)) return errors;
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...errors, regexpError(rule, `(${KEY_NAME})?`, 'MyValue', 'my_value', '12345')];
}
