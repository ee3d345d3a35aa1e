import type { ASTNode } from '@marcbachmann/cel-js';

/*
 * What cel-js 8 hands to its own macros (`cel.bind`, `has`). It takes macros of ours by the same door, a function whose
 * parameters are of type `ast`, but exports no types for them.
 */

/** A type as the checker knows it. */
export interface CelType {
  readonly name: string;
  readonly kind: string;
  readonly keyType?: CelType;
  readonly valueType?: CelType;
}

/** The variables in force. */
export interface Scope {
  forkWithVariable(name: string, type: CelType): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}

/** Finds types of expressions. */
export interface Checker {
  check(node: ASTNode, scope: Scope): CelType;
  getType(name: string): CelType;
}

/** Runs expressions. */
export interface Evaluator {
  run(node: ASTNode, scope: Scope): unknown;
}

/** A call as the parser found it. */
export interface MacroCall {
  ast: ASTNode;
  args: readonly ASTNode[];
  receiver: ASTNode;
}

/** A macro with a state of its own between check and run. */
export abstract class CelMacro {
  abstract check(checker: Checker, scope: Scope): unknown;
  abstract run(evaluator: Evaluator, scope: Scope): unknown;

  /** In the form that the parser takes. */
  handle(): object {
    return {
      typeCheck: (checker: Checker, _macro: object, scope: Scope) => this.check(checker, scope),
      evaluate: (evaluator: Evaluator, _macro: object, scope: Scope) => this.run(evaluator, scope),
      async: false,
    };
  }
}
