import { unreachable } from '../unreachable.ts';
import { printProbe } from './probes.ts';
import type { Clause, Expression, Statement } from './syntax.ts';

/**
 * Writes a parsed program anew. What runs is this text, so nothing that the parser did not
 * understand can reach bpftrace; every operation stands in its own parentheses.
 */
export function printProgram(clauses: readonly Clause[]): string {
  return clauses.map(printClause).join(' ');
}

function printClause(clause: Clause): string {
  const predicate = clause.predicate ? ` /${printExpression(clause.predicate)}/` : '';
  return `${clause.probes.map(printProbe).join(', ')}${predicate} ${printBlock(clause.body)}`;
}

function printBlock(body: readonly Statement[]): string {
  return body.length === 0 ? '{ }' : `{ ${body.map(printStatement).join(' ')} }`;
}

function printStatement(statement: Statement): string {
  switch (statement.type) {
    case 'assign':
      return `${printExpression(statement.target)} ${statement.operator} ${printExpression(statement.value)};`;
    case 'expression':
      return `${printExpression(statement.value)};`;
    case 'return':
      return 'return;';
    case 'if': {
      const otherwise = statement.otherwise ? ` else ${printBlock(statement.otherwise)}` : '';
      return `if (${printExpression(statement.condition)}) ${printBlock(statement.whenTrue)}${otherwise}`;
    }
  }
  return unreachable(statement);
}

function printExpression(expression: Expression): string {
  switch (expression.type) {
    case 'int':
      return expression.text;
    case 'string':
      return `"${expression.raw}"`;
    case 'builtin':
    case 'word':
    case 'scalar':
      return expression.name;
    case 'map':
      return expression.keys.length === 0 ? expression.name : `${expression.name}[${printAll(expression.keys)}]`;
    case 'field':
      return `args->${expression.name}${expression.index === undefined ? '' : `[${expression.index}]`}`;
    case 'call':
      return `${expression.name}(${printAll(expression.args)})`;
    case 'step':
      return `${printExpression(expression.target)}${expression.operator}`;
    case 'unary':
      return `${expression.operator}${printOperand(expression.operand)}`;
    case 'cast':
      return `(${expression.to})${printOperand(expression.operand)}`;
    case 'binary':
      return `${printOperand(expression.left)} ${expression.operator} ${printOperand(expression.right)}`;
    case 'ternary':
      return `${printOperand(expression.condition)} ? ${printOperand(expression.whenTrue)} : ${printOperand(expression.otherwise)}`;
    case 'tuple':
      return `(${printAll(expression.items)})`;
  }
  return unreachable(expression);
}

function printAll(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}

function printOperand(expression: Expression): string {
  const text = printExpression(expression);
  return ['binary', 'ternary', 'unary', 'cast'].includes(expression.type) ? `(${text})` : text;
}
