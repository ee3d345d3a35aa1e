import { type ASTNode, Optional, ParseError } from '@marcbachmann/cel-js';
import { CelMacro, type CelType, type Checker, type Evaluator, type MacroCall, type Scope } from './cel-macro.ts';
import type { FunctionEntry } from './function-entry.ts';
import { compareCel } from './compare-cel.ts';

/** What a macro does with its range and the function that its body is. */
interface OneVariable {
  resultType(range: CelType, body: CelType): string;
  run(range: unknown, apply: (value: unknown) => unknown): unknown;
}

class OneVariableMacro extends CelMacro {
  readonly #how: OneVariable;
  readonly #receiver: ASTNode;
  readonly #name: string;
  readonly #body: ASTNode;
  #scope: Scope | undefined;

  constructor({ receiver, args }: MacroCall, how: OneVariable) {
    super();
    const [name, body] = args;
    if (name?.op !== 'id' || body === undefined) {
      throw new ParseError('argument must be a simple name');
    }
    this.#how = how;
    this.#receiver = receiver;
    this.#name = name.args;
    this.#body = body;
  }

  override check(checker: Checker, scope: Scope): unknown {
    const range = checker.check(this.#receiver, scope);
    this.#scope = scope.forkWithVariable(this.#name, range.valueType ?? checker.getType('dyn'));
    return checker.getType(this.#how.resultType(range, checker.check(this.#body, this.#scope)));
  }

  override run(evaluator: Evaluator, scope: Scope): unknown {
    const own = this.#scope;
    if (own === undefined) throw new Error('a macro is checked before it is run');
    const apply = (value: unknown): unknown =>
      evaluator.run(this.#body, own.reuse(scope).setIterValue(value, evaluator));
    return this.#how.run(evaluator.run(this.#receiver, scope), apply);
  }
}

const OPT_MAP: OneVariable = {
  resultType: (_range, body) => `optional<${body.name}>`,
  run: (optional, apply) => (isPresent(optional) ? Optional.of(apply(optional.value())) : Optional.none()),
};
const OPT_FLAT_MAP: OneVariable = {
  resultType: (_range, body) => body.name,
  run: (optional, apply) => (isPresent(optional) ? apply(optional.value()) : Optional.none()),
};
const SORT_BY: OneVariable = {
  resultType: (range) => range.name,
  run: (list, apply) =>
    (list as unknown[])
      .map((item) => ({ item, key: apply(item) }))
      .sort((a, b) => compareCel(a.key, b.key))
      .map(({ item }) => item),
};

function isPresent(optional: unknown): optional is Optional {
  return optional instanceof Optional && optional.hasValue();
}

function macro(signature: string, how: OneVariable): FunctionEntry {
  return [signature, (call: MacroCall) => new OneVariableMacro(call, how).handle()];
}

/** Macros of cel-go's optional types and list extensions that cel-js lacks. */
export const ONE_VARIABLE_MACROS: readonly FunctionEntry[] = [
  macro('optional.optMap(ast, ast): optional<dyn>', OPT_MAP),
  macro('optional.optFlatMap(ast, ast): optional<dyn>', OPT_FLAT_MAP),
  macro('list.sortBy(ast, ast): list<dyn>', SORT_BY),
];
