import { Optional } from '@marcbachmann/cel-js';
import type { Cause } from '../kinds.ts';
import { duplicate, forbidden, invalid, OMITTED, required } from '../structural/cause.ts';
import { oldItem, oldProperty } from '../structural/correlate.ts';
import { isJsonObject, jsonEqual, ownValue } from '../structural/json-value.ts';
import { alignLists } from './align-lists.ts';
import { celValue } from './cel-value.ts';
import { evaluationMessage } from './evaluation-message.ts';
import { type CompiledRule, fieldPathSegments, type RuleTree } from './compile-rules.ts';

/** A value on the way down, with its stored counterpart. */
interface Visit {
  value: unknown;
  /** Undefined on create and where items cannot be matched with stored ones. */
  old: unknown;
  path: string;
}

/**
 * Violations of the CEL rules of a tree.
 *
 * Transition rules (those that read oldSelf) run only where there is a stored counterpart, or with optionalOldSelf.
 * Other rules do not count where the value is as it was (ratcheting). Null values are not judged.
 */
export function ruleCauses(tree: RuleTree | undefined, value: unknown, old: unknown, path = ''): Cause[] {
  return tree === undefined ? [] : visitNode(tree, { value, old, path });
}

function visitNode(tree: RuleTree, visit: Visit): Cause[] {
  const { value } = visit;
  if (value === null || value === undefined) return [];
  const causes = ownCauses(tree, visit);
  if (Array.isArray(value)) causes.push(...itemCauses(tree, value, visit));
  else if (isJsonObject(value)) causes.push(...memberCauses(tree, value, visit));
  return causes;
}

function itemCauses(tree: RuleTree, items: readonly unknown[], visit: Visit): Cause[] {
  const below = tree.items;
  if (below === undefined) return [];
  return items.flatMap((value, index) =>
    visitNode(below, { value, old: oldItem(tree.schema, visit.old, value), path: `${visit.path}[${index}]` }),
  );
}

function memberCauses(tree: RuleTree, value: Record<string, unknown>, visit: Visit): Cause[] {
  const causes: Cause[] = [];
  for (const [key, below] of tree.properties) {
    const path = visit.path === '' ? key : `${visit.path}.${key}`;
    const child = ownValue(value, key);
    causes.push(...visitNode(below, { value: child, old: oldProperty(visit.old, key), path }));
  }
  if (tree.additional === undefined) return causes;
  for (const [key, child] of Object.entries(value)) {
    const old = oldProperty(visit.old, key);
    causes.push(...visitNode(tree.additional, { value: child, old, path: `${visit.path}[${key}]` }));
  }
  return causes;
}

function ownCauses(tree: RuleTree, visit: Visit): Cause[] {
  if (tree.rules.length === 0) return [];
  const hasOld = visit.old !== undefined && visit.old !== null;
  const isUnchanged = hasOld && jsonEqual(visit.value, visit.old);
  const due = tree.rules.filter(({ rule, usesOldSelf }) =>
    usesOldSelf ? hasOld || rule.optionalOldSelf === true : !isUnchanged,
  );
  if (due.length === 0) return [];
  const self = celValue(visit.value, tree.schema);
  const oldSelf =
    hasOld && due.some(({ usesOldSelf }) => usesOldSelf)
      ? celValue(alignLists(visit.value, visit.old, tree.schema), tree.schema)
      : undefined;
  return due.flatMap((compiled) => {
    if (compiled.rule.optionalOldSelf !== true) return runRule(compiled, tree, visit, { self, oldSelf });
    return runRule(compiled, tree, visit, { self, oldSelf: hasOld ? Optional.of(oldSelf) : Optional.none() });
  });
}

function runRule(compiled: CompiledRule, tree: RuleTree, visit: Visit, variables: Record<string, unknown>): Cause[] {
  const shown = tree.schema.type === 'object' || tree.schema.type === 'array' ? OMITTED : visit.value;
  const { rule } = compiled;
  try {
    if (compiled.program(variables) === true) return [];
  } catch (error) {
    const ruleText = (rule.message ?? '').trim() || rule.rule.trim();
    return [invalid(visit.path === '' ? ROOT : visit.path, tree.schema.type ?? '', evaluationMessage(error, ruleText))];
  }
  const detail =
    expressedMessage(compiled, variables) ?? ((rule.message ?? '').trim() || `failed rule: ${rule.rule.trim()}`);
  return [ruleCause(compiled, visit.path, shown, detail)];
}

/** The result of messageExpression; undefined when there is none, it fails, or it gives no single-line text. */
function expressedMessage(compiled: CompiledRule, variables: Record<string, unknown>): string | undefined {
  if (compiled.messageProgram === undefined) return undefined;
  try {
    const message: unknown = compiled.messageProgram(variables);
    return typeof message === 'string' && message.trim() !== '' && !message.includes('\n') ? message : undefined;
  } catch {
    // As in kube-apiserver, a failing messageExpression falls back to the fixed message.
    return undefined;
  }
}

/** The root of an object has no field; Go prints its path so. */
const ROOT = '<nil>';

function ruleCause(compiled: CompiledRule, path: string, shown: unknown, detail: string): Cause {
  const { reason, fieldPath } = compiled.rule;
  const segments = fieldPath === undefined ? [] : (fieldPathSegments(fieldPath) ?? []);
  const field = [path, ...segments].filter((part) => part !== '').join('.') || ROOT;
  if (reason === 'FieldValueForbidden') return forbidden(field, detail);
  if (reason === 'FieldValueRequired') return required(field, detail);
  return reason === 'FieldValueDuplicate' ? duplicate(field, shown) : invalid(field, shown, detail);
}
