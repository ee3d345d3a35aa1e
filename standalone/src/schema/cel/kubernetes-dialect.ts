import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/** Methods of cel-js that Kubernetes' CEL lacks; a rule that used them would be refused on a cluster. */
const FOREIGN_METHODS = new Set(['json', 'hex', 'base64', 'at', 'string', 'bind']);

/**
 * What Kubernetes would refuse in an expression that cel-js accepts: functions of cel-js' own, and `has()` of a field
 * that the schema does not declare. Undefined when there is nothing.
 */
export function dialectFault(expression: string, checker: Environment): string | undefined {
  const nodes = [...walk(checker.parse(expression).ast)];
  const foreign = nodes.find((node) => node.op === 'rcall' && FOREIGN_METHODS.has(node.args[0]));
  if (foreign?.op === 'rcall') return `undeclared reference to '${foreign.args[0]}' (in container '')`;
  const presences = nodes.filter((node) => node.op === 'call' && node.args[0] === 'has');
  if (presences.length === 0) return undefined;
  // Reading a field type-checks where has() of it does not.
  const reading = presences
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => replacePresence(text, start, end), expression);
  const result = checker.check(reading);
  return result.error?.code === 'no_such_key'
    ? result.error.summary.replace('No such key:', 'undefined field')
    : undefined;
}

/** `has(a.b)` at a place in the text becomes `(dyn(a.b) == null)`. */
function replacePresence(text: string, start: number, end: number): string {
  const call = text.slice(start, end);
  const reading = call.replace(/^has\s*\(/, '(dyn(').replace(/\)\s*$/, ') == null)');
  return text.slice(0, start) + reading + text.slice(end);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** An expression's node and all below it. */
export function* walk(node: ASTNode): Generator<ASTNode> {
  yield node;
  const pending: unknown[] = [node.args];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (isNode(value)) yield* walk(value);
    else if (Array.isArray(value)) pending.push(...value.filter((item) => item !== undefined));
  }
}
