const KEYWORDS = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const ESCAPES: Record<string, string> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/**
 * The identifier by which CEL rules reach a property, as Kubernetes escapes it: `foo-bar` is `foo__dash__bar`,
 * `namespace` is `__namespace__`; undefined for a name that no rule can reach.
 */
export function celFieldName(property: string): string | undefined {
  if (KEYWORDS.has(property)) return `__${property}__`;
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(property)) return undefined;
  return property.replace(/__|[.\-/]/g, (part) => ESCAPES[part] ?? part);
}

/** The names by which rules may reach a property: the escaped one, and the plain one where the grammar takes it too. */
export function celFieldNames(property: string): string[] {
  const escaped = celFieldName(property);
  if (escaped === undefined) return [];
  const isWord = KEYWORDS.has(property) && !['true', 'false', 'null', 'in'].includes(property);
  return isWord ? [escaped, property] : [escaped];
}
