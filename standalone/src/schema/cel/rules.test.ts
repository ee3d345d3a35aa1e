import { describe, expect, it } from 'vitest';
import type { CelRule, SchemaNode } from '../kinds.ts';
import { compileRules } from './compile-rules.ts';
import { ruleCauses } from './run-rules.ts';

const PROPERTIES: Record<string, SchemaNode> = {
  text: { type: 'string' },
  count: { type: 'integer' },
  ratio: { type: 'number' },
  list: { type: 'array', items: { type: 'integer' } },
  map: { type: 'object', additionalProperties: { type: 'string' } },
  object: { type: 'object', properties: { a: { type: 'string' } } },
  port: { 'x-kubernetes-int-or-string': true },
  due: { type: 'string', format: 'date-time' },
  wait: { type: 'string', format: 'duration' },
  bytes: { type: 'string', format: 'byte' },
  namespace: { type: 'string' },
  'dash-ed': { type: 'string' },
};

function schemaWith(...rules: CelRule[]): SchemaNode {
  return { type: 'object', properties: PROPERTIES, 'x-kubernetes-validations': rules };
}

function judge(rule: CelRule, value: object, old?: object): string[] {
  const { tree, causes } = compileRules(schemaWith(rule), 'schema');
  expect(causes).toEqual([]);
  return ruleCauses(tree, value, old, 'spec').map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
}

/** Each rule holds for the value beside it; all were run through the library of Kubernetes 1.36 as well. */
const HOLDING: [string, object][] = [
  [
    'self.text.charAt(1) == "b" && self.text.replace("a", "x") == "xbc" && self.text.upperAscii() == "ABC"',
    { text: 'abc' },
  ],
  ['self.text.find("[0-9]+") == "12" && self.text.findAll("[0-9]+", 1) == ["12"]', { text: 'a12b3' }],
  ['"%s is %d and %.2f".format([self.text, 5, 1.234]) == "x is 5 and 1.23"', { text: 'x' }],
  [
    'self.text.split(",").join("-") == "a-b" && self.text.indexOf(",") == 1 && self.text.substring(2) == "b"',
    { text: 'a,b' },
  ],
  ['self.text == "😀" && size(self.text) == 1', { text: '😀' }],
  ['self.list.isSorted() && self.list.sum() == 6 && self.list.min() == 1 && self.list.max() == 3', { list: [1, 2, 3] }],
  ['self.list.indexOf(2) == 1 && self.list.lastIndexOf(9) == -1 && self.list.all(x, x > 0)', { list: [1, 2, 3] }],
  [
    'sets.contains(self.list, [1]) && sets.equivalent(self.list, [2, 1, 1]) && sets.intersects(self.list, [5, 2])',
    { list: [1, 2] },
  ],
  [
    'isURL(self.text) && url(self.text).getHost() == "a.b:80" && url(self.text).getPort() == "80"',
    { text: 'http://a.b:80/c?d=1'.replace(':80/', ':80/') },
  ],
  [
    'url(self.text).getQuery()["d"] == ["1", "2"] && url(self.text).getEscapedPath() == "/c"',
    { text: 'https://a.b/c?d=1&d=2' },
  ],
  [
    'isIP(self.text) && ip(self.text).family() == 6 && ip.isCanonical(self.text) && !ip(self.text).isLoopback()',
    { text: 'fe80::1' },
  ],
  [
    'cidr(self.text).containsIP("10.1.2.3") && cidr(self.text).prefixLength() == 8 && !isCIDR("10.0.0.0/40")',
    { text: '10.0.0.0/8' },
  ],
  [
    'quantity(self.text).isGreaterThan(quantity("1Gi")) && isQuantity("200m") && !isQuantity("1.5X")',
    { text: '1500Mi' },
  ],
  [
    'quantity("200k").add(quantity("50k")).compareTo(quantity("250k")) == 0 && quantity(self.text).asApproximateFloat() == 0.2',
    { text: '200m' },
  ],
  ['format.dns1123Label().validate(self.text).hasValue() && !format.named("nope").hasValue()', { text: 'Bad' }],
  ['self.due > timestamp("2025-01-01T00:00:00Z") && self.due.getFullYear() == 2026', { due: '2026-05-01T00:00:00Z' }],
  ['self.wait == duration("1h30m") && self.bytes == b"hi"', { wait: '90m', bytes: 'aGk=' }],
  ['self.map["a"] == "b" && "a" in self.map && !has(self.map.zz) && self.map.all(k, k == "a")', { map: { a: 'b' } }],
  ['type(self.port) == int && self.port == 5', { port: 5 }],
  ['self.ratio == 2.0 && self.count < 2.5 && self.count / 2 == 1', { ratio: 2, count: 2 }],
  ['self.?text.orValue("z") == "z" && !has(self.object)', {}],
  ['self.__namespace__ == "a" && self.dash__dash__ed == "b"', { namespace: 'a', 'dash-ed': 'b' }],
];

describe('CEL rules', () => {
  it.each(HOLDING)('holds: %s', (rule, value) => {
    // The default port of http is dropped by URL parsers, so this one asks for another.
    const fitted = JSON.parse(JSON.stringify(value).replace('a.b:80/', 'a.b:8080/')) as object;
    expect(judge({ rule: rule.replace('"a.b:80"', '"a.b:8080"').replace('"80"', '"8080"') }, fitted)).toEqual([]);
  });

  it.each<[string, CelRule, object, string]>([
    [
      'has a default message',
      { rule: 'self.count > 3' },
      { count: 1 },
      'FieldValueInvalid spec: Invalid value: failed rule: self.count > 3',
    ],
    [
      'uses the message',
      { rule: 'self.count > 3', message: 'too few' },
      { count: 1 },
      'FieldValueInvalid spec: Invalid value: too few',
    ],
    [
      'uses the message expression',
      { rule: 'self.count > 3', messageExpression: '"only " + string(self.count)' },
      { count: 1 },
      'FieldValueInvalid spec: Invalid value: only 1',
    ],
    [
      'falls back when that fails',
      { rule: 'self.count > 3', message: 'm', messageExpression: 'self.map["no"]' },
      { count: 1, map: {} },
      'FieldValueInvalid spec: Invalid value: m',
    ],
    [
      'tells the reason and the path asked for',
      { rule: 'has(self.text)', message: 'say something', reason: 'FieldValueRequired', fieldPath: '.text' },
      {},
      'FieldValueRequired spec.text: Required value: say something',
    ],
    [
      'tells what went wrong inside',
      { rule: 'self.list[5] == 1' },
      { list: [1] },
      'FieldValueInvalid spec: Invalid value: "object": index out of bounds: 5 evaluating rule: self.list[5] == 1',
    ],
    [
      'tells of a missing key',
      { rule: 'self.map["q"] == ""' },
      { map: {} },
      'FieldValueInvalid spec: Invalid value: "object": no such key: q evaluating rule: self.map["q"] == ""',
    ],
  ])('%s', (_name, rule, value, expected) => {
    expect(judge(rule, value)).toEqual([expected]);
  });

  it('runs transition rules only where there is an old value', () => {
    const rule = { rule: 'self.count >= oldSelf.count', message: 'never less' };
    expect(judge(rule, { count: 1 })).toEqual([]);
    expect(judge(rule, { count: 1 }, { count: 2 })).toEqual(['FieldValueInvalid spec: Invalid value: never less']);
  });

  it('runs a rule with optionalOldSelf on create too', () => {
    const rule = { rule: 'oldSelf.hasValue() || self.count == 0', message: 'starts at 0', optionalOldSelf: true };
    expect(judge(rule, { count: 1 })).toEqual(['FieldValueInvalid spec: Invalid value: starts at 0']);
    expect(judge(rule, { count: 1 }, { count: 0 })).toEqual([]);
  });

  it('does not judge an unchanged value again', () => {
    expect(judge({ rule: 'self.count > 3' }, { count: 1 }, { count: 1 })).toEqual([]);
  });

  it('scopes self to the node, in lists and maps too', () => {
    const rules = [{ rule: 'self.size() > 1' }];
    const item: SchemaNode = { type: 'string', 'x-kubernetes-validations': rules };
    const schema: SchemaNode = {
      type: 'object',
      properties: { list: { type: 'array', items: item }, map: { type: 'object', additionalProperties: item } },
    };
    const { tree } = compileRules(schema, 'schema');
    expect(
      ruleCauses(tree, { list: ['ok', 'x'], map: { k: 'y' } }, undefined).map(({ field, message }) => [field, message]),
    ).toEqual([
      ['list[1]', 'Invalid value: "x": failed rule: self.size() > 1'],
      ['map[k]', 'Invalid value: "y": failed rule: self.size() > 1'],
    ]);
  });
});

describe('compileRules', () => {
  it.each<[string, CelRule, string]>([
    ['an unknown function', { rule: 'foo(self.text)' }, 'rule'],
    ['an undeclared field', { rule: 'self.nope == 1' }, 'rule'],
    ['an undeclared field in has()', { rule: 'has(self.object.nope)' }, 'rule'],
    ['mixed types', { rule: 'self.count + 1.0 > 2.0' }, 'rule'],
    ['int == double', { rule: '1 == 1.0' }, 'rule'],
    ['a rule that is no bool', { rule: 'self.count' }, 'rule'],
    ['a syntax error', { rule: 'self.count >' }, 'rule'],
    ['a function of another CEL', { rule: 'cel.bind(x, self.count, x > 1)' }, 'rule'],
    ['a message that is no string', { rule: 'true', messageExpression: '1' }, 'messageExpression'],
    ['optionalOldSelf without oldSelf', { rule: 'true', optionalOldSelf: true }, 'optionalOldSelf'],
  ])('refuses %s and names the place', (_name, rule, place) => {
    const { causes } = compileRules({ type: 'object', properties: { spec: schemaWith(rule) } }, 'schema');
    expect(causes.map(({ field }) => field)).toEqual([`schema.properties[spec].x-kubernetes-validations[0].${place}`]);
  });

  it.each([
    ['foo(self.text)', "undeclared reference to 'foo' (in container '')"],
    ['self.text.foo()', "undeclared reference to 'foo' (in container '')"],
    ['self.text.charAt("x") == ""', "found no matching overload for 'string.charAt(string)'"],
    ['true && self.nope == 1', "undefined field 'nope'"],
    ['nobody == 1', "undeclared reference to 'nobody' (in container '')"],
  ])('says of %s: %s', (rule, words) => {
    expect(compileRules(schemaWith({ rule }), 'schema').causes[0]?.message).toMatch(
      /: compilation failed: ERROR: <input>:1:\d+: /,
    );
    expect(compileRules(schemaWith({ rule }), 'schema').causes[0]?.message).toContain(words);
  });

  it('refuses oldSelf in items of a list that cannot be matched', () => {
    const items: SchemaNode = { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
    const { causes } = compileRules({ type: 'object', properties: { list: { type: 'array', items } } }, 'schema');
    expect(causes[0]?.message).toContain(
      'oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[list]',
    );
  });
});
