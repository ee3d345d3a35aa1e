import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { constantFault } from './constant-arguments.ts';
import type { CelType } from './functions/cel-macro.ts';

/** Methods of cel-js that Kubernetes' CEL lacks; a rule that used them would be refused on a cluster. */
const FOREIGN_METHODS = new Set(['json', 'hex', 'base64', 'at', 'string', 'bind']);

/**
 * Why Kubernetes would refuse an expression that cel-js accepts: functions of cel-js' own, `has()` and `.?` of a field
 * that the schema does not declare, constants that cannot be what they are used for, lists of the wrong type.
 * Undefined when there is nothing.
 */
export function dialectFault(expression: string, checker: Environment): string | undefined {
  const program = checker.parse(expression);
  program.check();
  const nodes = [...walk(program.ast)];
  const found =
    foreignFault(nodes) ??
    fieldFault(expression, checker, nodes) ??
    firstFault(nodes, listTypeFault) ??
    firstFault([...walk(program.ast, isFormat)], literalFault);
  if (found !== undefined) return `compilation failed: ERROR: <input>: ${found}`;
  return firstFault(nodes, constantFault);
}

function firstFault(nodes: readonly ASTNode[], judge: (node: ASTNode) => string | undefined): string | undefined {
  for (const node of nodes) {
    const fault = judge(node);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function foreignFault(nodes: readonly ASTNode[]): string | undefined {
  const foreign = nodes.find((node) => node.op === 'rcall' && FOREIGN_METHODS.has(node.args[0]));
  return foreign?.op === 'rcall' ? `undeclared reference to '${foreign.args[0]}' (in container '')` : undefined;
}

/** Reading a field type-checks where has() and optional access of it do not. */
function fieldFault(expression: string, checker: Environment, nodes: readonly ASTNode[]): string | undefined {
  const presences = nodes.filter((node) => node.op === 'call' && node.args[0] === 'has');
  const isOptional = nodes.some((node) => node.op === '.?');
  if (presences.length === 0 && !isOptional) return undefined;
  const reading = presences
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => replacePresence(text, start, end), expression);
  for (const text of isOptional ? [reading, reading.replace(/\.\?/g, '.')] : [reading]) {
    const { error } = checker.check(text);
    if (error?.code === 'no_such_key') return error.summary.replace('No such key:', 'undefined field');
  }
  return undefined;
}

/** `has(a.b)` at a place in the text becomes `(dyn(a.b) == null)`. */
function replacePresence(text: string, start: number, end: number): string {
  const call = text.slice(start, end);
  const reading = call.replace(/^has\s*\(/, '(dyn(').replace(/\)\s*$/, ') == null)');
  return text.slice(0, start) + reading + text.slice(end);
}

const ORDERED = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
];
/** Types of items that a method of lists takes. */
const ITEM_TYPES: Record<string, readonly string[]> = {
  sum: ['int', 'uint', 'double', 'google.protobuf.Duration'],
  min: ORDERED,
  max: ORDERED,
  isSorted: ORDERED,
};
const SETS = new Set(['contains', 'equivalent', 'intersects']);

function listTypeFault(node: ASTNode): string | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, args] = node.args;
  if (receiver.op === 'id' && receiver.args === 'sets' && SETS.has(name)) {
    const [left, right] = args.map((arg) => typeOf(arg)?.valueType);
    if (!differ(left, right)) return undefined;
    return `found no matching overload for 'sets.${name}' applied to '(list(${left?.name}), list(${right?.name}))'`;
  }
  const allowed = Object.hasOwn(ITEM_TYPES, name) ? ITEM_TYPES[name] : undefined;
  const item = typeOf(receiver)?.valueType;
  if (allowed === undefined || item === undefined || isOpen(item) || allowed.includes(item.name)) return undefined;
  return `found no matching overload for '${name}' applied to 'list(${item.name}).()'`;
}

function isFormat(node: ASTNode): boolean {
  return node.op === 'rcall' && node.args[0] === 'format';
}

/** Items of lists and values of maps that are written out are of one type, unless format() takes them. */
function literalFault(node: ASTNode): string | undefined {
  if (node.op === 'list') return mixedTypes(node.args);
  return node.op === 'map' ? mixedTypes(node.args.map(([, value]) => value)) : undefined;
}

function mixedTypes(items: readonly ASTNode[]): string | undefined {
  const types = items.map((item) => (item.op === 'value' && item.args !== null ? typeOf(item) : undefined));
  const known = types.filter((type) => type !== undefined);
  const [first] = known;
  const other = known.length === items.length ? known.find((type) => differ(first, type)) : undefined;
  return other === undefined ? undefined : `expected type '${first?.name}' but found '${other.name}'`;
}

function typeOf(node: ASTNode): CelType | undefined {
  return (node as { checkedType?: CelType }).checkedType;
}

function isOpen(type: CelType): boolean {
  return type.kind === 'dyn' || /^[A-Z]$/.test(type.name) || type.name.includes('dyn');
}

function differ(a: CelType | undefined, b: CelType | undefined): boolean {
  return a !== undefined && b !== undefined && !isOpen(a) && !isOpen(b) && a.name !== b.name;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** An expression's node and all below it, but for what is below nodes that `isClosed`. */
export function* walk(node: ASTNode, isClosed: (node: ASTNode) => boolean = () => false): Generator<ASTNode> {
  yield node;
  if (isClosed(node)) return;
  const pending: unknown[] = [node.args];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (isNode(value)) yield* walk(value, isClosed);
    else if (Array.isArray(value)) pending.push(...value.filter((item) => item !== undefined));
  }
}
