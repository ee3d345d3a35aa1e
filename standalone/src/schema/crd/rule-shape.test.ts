import { expect, it } from 'vitest';
import type { CelRule, SchemaNode } from '../kinds.ts';
import { ruleShapeCauses } from './rule-shape.ts';

it.each<[string, CelRule, string]>([
  ['an empty rule', { rule: ' ' }, 'FieldValueRequired rule'],
  ['a blank message', { rule: 'true', message: ' ' }, 'FieldValueInvalid message'],
  ['a message over lines', { rule: 'true', message: 'a\nb' }, 'FieldValueInvalid message'],
  ['a rule over lines without message', { rule: 'true\n&& true' }, 'FieldValueRequired message'],
  ['a blank message expression', { rule: 'true', messageExpression: ' ' }, 'FieldValueRequired messageExpression'],
  ['an unknown reason', { rule: 'true', reason: 'Other' as never }, 'FieldValueNotSupported reason'],
  ['a path to nowhere', { rule: 'true', fieldPath: '.nope' }, 'FieldValueInvalid fieldPath'],
  ['a path without dot', { rule: 'true', fieldPath: 'spec' }, 'FieldValueInvalid fieldPath'],
])('%s is refused where it stands', (_name, rule, expected) => {
  const schema: SchemaNode = {
    type: 'object',
    properties: { spec: { type: 'object', additionalProperties: { type: 'string' } } },
    'x-kubernetes-validations': [rule],
  };
  const told = ruleShapeCauses(schema, 'root').map(({ reason, field }) => `${reason} ${field}`);
  expect(told).toEqual([expected.replace(' ', ' root.x-kubernetes-validations[0].')]);
});

it('takes paths through fields and map values', () => {
  const schema: SchemaNode = {
    type: 'object',
    properties: { 'a.b': { type: 'object', additionalProperties: { type: 'string' } } },
    'x-kubernetes-validations': [{ rule: 'true', fieldPath: "['a.b'].anything" }],
  };
  expect(ruleShapeCauses(schema, 'root')).toEqual([]);
});
