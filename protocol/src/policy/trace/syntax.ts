import { unreachable } from '../unreachable.ts';

/** A place in the program text, counted from 0. */
export type Offset = number;

/** An expression of the accepted grammar. */
export type Expression =
  | { readonly type: 'int'; readonly text: string }
  /** `raw` is the text between the quotes, escapes and all. */
  | { readonly type: 'string'; readonly raw: string }
  | { readonly type: 'builtin'; readonly name: string; readonly at: Offset }
  | { readonly type: 'word'; readonly name: string }
  | { readonly type: 'scalar'; readonly name: string }
  | { readonly type: 'map'; readonly name: string; readonly keys: readonly Expression[] }
  /** A field of the probe's arguments, `args->name` or `args->name[index]`. */
  | { readonly type: 'field'; readonly name: string; readonly index: string | undefined; readonly at: Offset }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: Offset }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly type: 'step'; readonly operator: '++' | '--'; readonly target: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'ternary';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly otherwise: Expression;
    }
  | { readonly type: 'cast'; readonly to: string; readonly operand: Expression }
  | { readonly type: 'tuple'; readonly items: readonly Expression[] };

/** A map or a scalar, as the target of an assignment. */
export type Target = Extract<Expression, { type: 'map' | 'scalar' }>;

/** A statement of the accepted grammar. */
export type Statement =
  | { readonly type: 'assign'; readonly target: Target; readonly operator: string; readonly value: Expression }
  | { readonly type: 'expression'; readonly value: Expression; readonly at: Offset }
  | { readonly type: 'return' }
  | {
      readonly type: 'if';
      readonly condition: Expression;
      readonly whenTrue: readonly Statement[];
      readonly otherwise: readonly Statement[] | undefined;
    };

/** An attach point, taken apart. */
export type Probe =
  | { readonly type: 'tracepoint'; readonly category: string; readonly event: string }
  | { readonly type: 'profile' | 'interval'; readonly unit: string; readonly value: number }
  | { readonly type: 'software'; readonly event: string; readonly every: number | undefined }
  | { readonly type: 'BEGIN' | 'END' };

/** Probes with the predicate and the statements they share. */
export interface Clause {
  readonly probes: readonly Probe[];
  readonly predicate: Expression | undefined;
  readonly body: readonly Statement[];
  readonly at: Offset;
}

/** Calls a visitor with the expression and every one inside it. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const child of childrenOf(expression)) visitExpression(child, visit);
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'map':
      return expression.keys;
    case 'call':
      return expression.args;
    case 'unary':
    case 'cast':
      return [expression.operand];
    case 'step':
      return [expression.target];
    case 'binary':
      return [expression.left, expression.right];
    case 'ternary':
      return [expression.condition, expression.whenTrue, expression.otherwise];
    case 'tuple':
      return expression.items;
    case 'int':
    case 'string':
    case 'builtin':
    case 'word':
    case 'scalar':
    case 'field':
      return [];
  }
  return unreachable(expression);
}

/** The statements of a body and of the branches inside it, in order. */
export function allStatements(body: readonly Statement[]): readonly Statement[] {
  return body.flatMap((statement) =>
    statement.type === 'if'
      ? [statement, ...allStatements(statement.whenTrue), ...allStatements(statement.otherwise ?? [])]
      : [statement],
  );
}

/** The expressions that stand directly in one statement. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.type) {
    case 'assign':
      return [statement.target, statement.value];
    case 'expression':
      return [statement.value];
    case 'if':
      return [statement.condition];
    case 'return':
      return [];
  }
  return unreachable(statement);
}
