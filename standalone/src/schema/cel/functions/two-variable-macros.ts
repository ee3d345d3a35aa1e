import { type ASTNode, ParseError } from '@marcbachmann/cel-js';
import { CelMacro, type Checker, type Evaluator, type MacroCall, type Scope } from './cel-macro.ts';
import type { FunctionEntry } from './function-entry.ts';

/** What a comprehension makes of its entries. `value` and `keep` are run for the entry at hand. */
interface Comprehension {
  /** Name of the result's type, from the types of what is run. */
  resultType(bodyType: string, keyType: string): string;
  run(entries: readonly Entry[]): unknown;
}

interface Entry {
  key: unknown;
  /** The last argument for this entry. */
  body: () => unknown;
  /** The filter for this entry; true where there is none. */
  keep: () => boolean;
}

/** Names of the entry's key (or index) and value, and what is run for each. */
class TwoVariableMacro extends CelMacro {
  readonly #comprehension: Comprehension;
  readonly #receiver: ASTNode;
  readonly #names: [string, string];
  readonly #filter: ASTNode | undefined;
  readonly #body: ASTNode;
  #keyScope: Scope | undefined;
  #scope: Scope | undefined;

  constructor(call: MacroCall, comprehension: Comprehension) {
    super();
    this.#comprehension = comprehension;
    this.#receiver = call.receiver;
    const [key, value, ...rest] = call.args;
    this.#names = [nameOf(key), nameOf(value)];
    this.#body = rest.at(-1) ?? call.receiver;
    this.#filter = rest.length > 1 ? rest[0] : undefined;
  }

  override check(checker: Checker, scope: Scope): unknown {
    const range = checker.check(this.#receiver, scope);
    const isMap = range.kind === 'map';
    const keyType = isMap ? range.keyType : checker.getType(range.kind === 'list' ? 'int' : 'dyn');
    this.#keyScope = scope.forkWithVariable(this.#names[0], keyType ?? checker.getType('dyn'));
    this.#scope = this.#keyScope.forkWithVariable(this.#names[1], range.valueType ?? checker.getType('dyn'));
    if (this.#filter !== undefined) checker.check(this.#filter, this.#scope);
    const body = checker.check(this.#body, this.#scope);
    return checker.getType(this.#comprehension.resultType(body.name, keyType?.name ?? 'dyn'));
  }

  override run(evaluator: Evaluator, scope: Scope): unknown {
    const range = evaluator.run(this.#receiver, scope);
    const entries = entriesOf(range).map(([key, value]): Entry => {
      const at = (node: ASTNode): unknown => evaluator.run(node, this.#enter(evaluator, scope, [key, value]));
      const filter = this.#filter;
      return { key, body: () => at(this.#body), keep: () => filter === undefined || at(filter) === true };
    });
    return this.#comprehension.run(entries);
  }

  #enter(evaluator: Evaluator, scope: Scope, [key, value]: [unknown, unknown]): Scope {
    const [outer, inner] = [this.#keyScope, this.#scope];
    if (outer === undefined || inner === undefined) throw new Error('a macro is checked before it is run');
    return inner.reuse(outer.reuse(scope).setIterValue(key, evaluator)).setIterValue(value, evaluator);
  }
}

function nameOf(node: ASTNode | undefined): string {
  if (node?.op === 'id') return node.args;
  throw new ParseError('argument must be a simple name');
}

function entriesOf(range: unknown): [unknown, unknown][] {
  if (Array.isArray(range)) return range.map((item, index) => [BigInt(index), item as unknown]);
  return range instanceof Map ? [...range.entries()] : Object.entries(range as Record<string, unknown>);
}

/** As cel-go aggregates: one answer that settles the matter outweighs errors elsewhere. */
function settled(entries: readonly Entry[], wanted: boolean): boolean {
  let failure: unknown;
  for (const entry of entries) {
    try {
      if (entry.body() === wanted) return true;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return false;
}

function transformMap(entries: readonly Entry[]): Map<unknown, unknown> {
  return new Map(entries.filter((entry) => entry.keep()).map((entry) => [entry.key, entry.body()]));
}

function transformEntries(entries: readonly Entry[]): Map<unknown, unknown> {
  const result = new Map<unknown, unknown>();
  for (const entry of entries.filter((candidate) => candidate.keep())) {
    for (const [key, value] of entriesOf(entry.body())) {
      if (result.has(key)) throw new Error(`insert failed: key '${String(key)}' already exists`);
      result.set(key, value);
    }
  }
  return result;
}

const bool = (): string => 'bool';
const ALL: Comprehension = { resultType: bool, run: (entries) => !settled(entries, false) };
const EXISTS: Comprehension = { resultType: bool, run: (entries) => settled(entries, true) };
const ONE: Comprehension = {
  resultType: bool,
  run: (entries) => entries.filter((entry) => entry.body() === true).length === 1,
};
const LIST: Comprehension = {
  resultType: (body) => `list<${body}>`,
  run: (entries) => entries.filter((entry) => entry.keep()).map((entry) => entry.body()),
};
const MAP: Comprehension = { resultType: (body, key) => `map<${key}, ${body}>`, run: transformMap };
const ENTRIES: Comprehension = { resultType: (body) => body, run: transformEntries };

function macro(signature: string, comprehension: Comprehension): FunctionEntry {
  return [signature, (call: MacroCall) => new TwoVariableMacro(call, comprehension).handle()];
}

/** The two-variable comprehensions of cel-go (ext.TwoVarComprehensions): over index and item, or key and value. */
export const TWO_VARIABLE_MACROS: readonly FunctionEntry[] = [
  macro('list.all(ast, ast, ast): bool', ALL),
  macro('list.exists(ast, ast, ast): bool', EXISTS),
  macro('list.existsOne(ast, ast, ast): bool', ONE),
  macro('list.exists_one(ast, ast, ast): bool', ONE),
  macro('list.transformList(ast, ast, ast): list<dyn>', LIST),
  macro('list.transformList(ast, ast, ast, ast): list<dyn>', LIST),
  macro('list.transformMap(ast, ast, ast): dyn', MAP),
  macro('list.transformMap(ast, ast, ast, ast): dyn', MAP),
  macro('list.transformMapEntry(ast, ast, ast): dyn', ENTRIES),
  macro('list.transformMapEntry(ast, ast, ast, ast): dyn', ENTRIES),
];
