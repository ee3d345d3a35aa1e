const compiled = new Map<string, RegExp>();

/**
 * Compiles an expression of the policy tables, anchored at both ends, once.
 *
 * The tables hold expressions as text so that they can be hashed and printed; the memo is bounded
 * by the number of expressions in the tables.
 */
export function anchored(source: string): RegExp {
  const known = compiled.get(source);
  if (known) return known;
  const expression = new RegExp(`^(?:${source})$`, 's');
  compiled.set(source, expression);
  return expression;
}

/** Whether one of the anchored expressions matches the whole text. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => anchored(pattern).test(text));
}
