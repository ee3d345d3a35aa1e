import type { Cause, CelRule, SchemaNode } from '../kinds.ts';
import { invalid, notSupported, required } from '../structural/cause.ts';
import { findSchemaField } from './schema-field-path.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** Violations in the CEL rules of a node that can be told without compiling them. */
export function ruleShapeCauses(schema: SchemaNode, path: string): Cause[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    return [...textCauses(rule, at), ...reasonCauses(rule, at), ...fieldPathCauses(schema, rule, at)];
  });
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}

function textCauses({ rule = '', message = '', messageExpression = '' }: Partial<CelRule>, at: string): Cause[] {
  const causes: Cause[] = [];
  const text = message.trim();
  if (rule.trim() === '') causes.push(required(`${at}.rule`, 'rule is not specified'));
  else if (message !== '' && text === '')
    causes.push(invalid(`${at}.message`, message, 'must be non-empty if specified'));
  else if (hasLineBreak(text)) causes.push(invalid(`${at}.message`, message, 'must not contain line breaks'));
  else if (hasLineBreak(rule.trim()) && text === '') {
    causes.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    causes.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  return causes;
}

function reasonCauses({ reason }: CelRule, at: string): Cause[] {
  return reason === undefined || REASONS.includes(reason) ? [] : [notSupported(`${at}.reason`, reason, REASONS)];
}

function fieldPathCauses(schema: SchemaNode, { fieldPath = '' }: CelRule, at: string): Cause[] {
  if (fieldPath === '') return [];
  const causes: Cause[] = [];
  const tell = (words: string): number => causes.push(invalid(`${at}.fieldPath`, fieldPath, words));
  if (fieldPath.trim() === '') tell('must be non-empty if specified');
  if (hasLineBreak(fieldPath)) tell('must not contain line breaks');
  if (typeof findSchemaField(fieldPath, schema, { hasBrackets: true }) === 'string') tell('must be a valid path');
  return causes;
}
