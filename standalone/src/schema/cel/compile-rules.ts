import { type ASTNode, type Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Cause, CelRule, SchemaNode } from '../kinds.ts';
import { invalid } from '../structural/cause.ts';
import { compilationMessage } from './compilation-message.ts';
import { declareTypes } from './declare-types.ts';
import { REPLACED_METHODS } from './functions/string-functions.ts';
import { dialectFault, walk } from './kubernetes-dialect.ts';
import { kubernetesEnvironment } from './kubernetes-environment.ts';

/** A rule ready to run. */
export interface CompiledRule {
  rule: CelRule;
  program: ParseResult;
  messageProgram?: ParseResult;
  usesOldSelf: boolean;
}

/** The part of a schema tree below which there are rules. */
export interface RuleTree {
  schema: SchemaNode;
  rules: CompiledRule[];
  properties: Map<string, RuleTree>;
  additional?: RuleTree;
  items?: RuleTree;
}

/** What compilation gathers and shares. */
interface Compilation {
  /** What the environments of rule checks are cloned from; making one anew takes a hundred registrations. */
  checker: Environment;
  /** Untyped environment that programs of the schema run in, and the one for those whose oldSelf is an optional. */
  runtime: Environment;
  optionalRuntime: Environment;
  causes: Cause[];
}

/** A node on the way down. */
interface NodePosition {
  schema: SchemaNode;
  /** Path in the CRD, such as `spec.validation.openAPIV3Schema.properties[spec]`. */
  path: string;
  /** Path of the list or map whose items have no old counterpart, if the node is inside one. */
  uncorrelatable: string | undefined;
}

/**
 * Compiles every rule of a schema. Rules are type-checked against the schema, then run untyped, so that values need
 * no wrapping. Faults are reported with the path of the rule in the CRD.
 */
export function compileRules(schema: SchemaNode, path: string): { tree: RuleTree | undefined; causes: Cause[] } {
  if (!hasRules(schema)) return { tree: undefined, causes: [] };
  const checker = kubernetesEnvironment();
  const untyped = (oldSelf: string): Environment =>
    checker.clone().registerVariable('self', 'dyn').registerVariable('oldSelf', oldSelf);
  const [runtime, optionalRuntime] = [untyped('dyn'), untyped('optional<dyn>')];
  const compilation: Compilation = { checker, runtime, optionalRuntime, causes: [] };
  const tree = compileNode(compilation, { schema, path, uncorrelatable: undefined });
  return { tree, causes: compilation.causes };
}

function hasRules({ properties = {}, additionalProperties, items, ...node }: SchemaNode): boolean {
  if ((node['x-kubernetes-validations'] ?? []).length > 0) return true;
  if (items !== undefined && hasRules(items)) return true;
  if (typeof additionalProperties === 'object' && hasRules(additionalProperties)) return true;
  return Object.values(properties).some(hasRules);
}

function compileNode(compilation: Compilation, position: NodePosition): RuleTree | undefined {
  const { schema, path, uncorrelatable } = position;
  const tree: RuleTree = { schema, rules: compileOwn(compilation, position), properties: new Map() };
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  const ofFields = uncorrelatable ?? (isAtomic ? path : undefined);
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const below = compileNode(compilation, {
      schema: child,
      path: `${path}.properties[${key}]`,
      uncorrelatable: ofFields,
    });
    if (below !== undefined) tree.properties.set(key, below);
  }
  const items = compileItems(compilation, position);
  if (items !== undefined) tree.items = items;
  if (typeof schema.additionalProperties === 'object') {
    const child = { schema: schema.additionalProperties, path: `${path}.additionalProperties`, uncorrelatable };
    const below = compileNode(compilation, child);
    if (below !== undefined) tree.additional = below;
  }
  const isEmpty = tree.rules.length === 0 && tree.properties.size === 0;
  return isEmpty && tree.items === undefined && tree.additional === undefined ? undefined : tree;
}

function compileItems(compilation: Compilation, position: NodePosition): RuleTree | undefined {
  const { schema, path } = position;
  if (schema.items === undefined) return undefined;
  const isCorrelatable = schema['x-kubernetes-list-type'] === 'map';
  const uncorrelatable = position.uncorrelatable ?? (isCorrelatable ? undefined : path);
  return compileNode(compilation, { schema: schema.items, path: `${path}.items`, uncorrelatable });
}

function compileOwn(compilation: Compilation, position: NodePosition): CompiledRule[] {
  const { schema, path } = position;
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  let plain: Environment | undefined;
  let optional: Environment | undefined;
  return rules.flatMap((rule, index) => {
    const environment = rule.optionalOldSelf
      ? (optional ??= declaring(compilation.checker, schema, (self) => `optional<${self}>`))
      : (plain ??= declaring(compilation.checker, schema, (self) => self));
    const compiled = compileRule(compilation, position, rule, environment);
    const at = `${path}.x-kubernetes-validations[${index}]`;
    if (!Array.isArray(compiled)) return [compiled];
    compilation.causes.push(...compiled.map((cause) => ({ ...cause, field: `${at}${cause.field}` })));
    return [];
  });
}

/** An environment in which self is of the schema's type, and oldSelf of what `oldType` makes of it. */
function declaring(base: Environment, schema: SchemaNode, oldType: (self: string) => string): Environment {
  const environment = base.clone();
  const type = declareTypes(environment, schema, 'Self');
  return environment.registerVariable('self', type).registerVariable('oldSelf', oldType(type));
}

function compileRule(
  compilation: Compilation,
  position: NodePosition,
  rule: CelRule,
  checker: Environment,
): CompiledRule | Cause[] {
  const causes = [
    ...expressionCauses(checker, rule, 'rule', 'bool'),
    ...(rule.messageExpression === undefined ? [] : expressionCauses(checker, rule, 'messageExpression', 'string')),
  ];
  if (causes.length > 0) return causes;
  const runtime = rule.optionalOldSelf === true ? compilation.optionalRuntime : compilation.runtime;
  const program = parseForRun(runtime, rule.rule);
  const usesOldSelf = mentions(program.ast, 'oldSelf');
  const misuse = oldSelfCauses(rule, usesOldSelf, position.uncorrelatable);
  if (misuse.length > 0) return misuse;
  const compiled: CompiledRule = { rule, program, usesOldSelf };
  if (rule.messageExpression !== undefined) compiled.messageProgram = parseForRun(runtime, rule.messageExpression);
  return compiled;
}

/** A program in which methods of cel-js whose answers differ from cel-go's are replaced by ours. */
export function parseForRun(runtime: Environment, expression: string): ParseResult {
  const program = runtime.parse(expression);
  for (const node of walk(program.ast)) {
    if (node.op === 'rcall') node.args[0] = REPLACED_METHODS.get(node.args[0]) ?? node.args[0];
  }
  return program;
}

function expressionCauses(
  checker: Environment,
  rule: CelRule,
  key: 'rule' | 'messageExpression',
  wanted: 'bool' | 'string',
): Cause[] {
  const expression = rule[key] ?? '';
  const result = checker.check(expression);
  if (!result.valid) return [invalid(`.${key}`, rule, compilationMessage(expression, result, checker))];
  const fault = dialectFault(expression, checker);
  if (fault !== undefined) return [invalid(`.${key}`, rule, fault)];
  if (result.type === wanted || result.type === 'dyn') return [];
  const words =
    key === 'rule' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string';
  return [invalid(`.${key}`, rule, words)];
}

function oldSelfCauses(rule: CelRule, usesOldSelf: boolean, uncorrelatable: string | undefined): Cause[] {
  if (usesOldSelf && uncorrelatable !== undefined) {
    const words = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    return [invalid('.rule', rule.rule, words)];
  }
  if (usesOldSelf || rule.optionalOldSelf === undefined) return [];
  return [invalid('.optionalOldSelf', rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')];
}

/** Splits `.spec.foo['a.b']` into its names; undefined when it is malformed. */
export function fieldPathSegments(fieldPath: string): string[] | undefined {
  if (!/^(\.[^.[\]]+|\['([^'\\]|\\.)*'\])+$/.test(fieldPath)) return undefined;
  return [...fieldPath.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/g)].map(
    (match) => match[1] ?? (match[2] ?? '').replace(/\\(.)/g, '$1'),
  );
}

/** True when an expression reads a variable. */
function mentions(ast: ASTNode, variable: string): boolean {
  return [...walk(ast)].some((node) => node.op === 'id' && node.args === variable);
}
