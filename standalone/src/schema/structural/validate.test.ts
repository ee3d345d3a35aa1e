import { describe, expect, it } from 'vitest';
import { WIDGET_SCHEMA } from '../fixtures/widget-crd.ts';
import type { SchemaNode } from '../kinds.ts';
import { schemaCauses } from './validate.ts';

const SPEC: SchemaNode = WIDGET_SCHEMA.properties?.['spec'] ?? {};

function told(spec: unknown, old?: unknown): string[] {
  return schemaCauses(spec, SPEC, 'spec', old).map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
}

describe('schemaCauses', () => {
  it.each<[string, object, string[]]>([
    [
      'accepts what fits',
      { size: 3, ratio: 0.5, title: 'Abc', due: '2026-01-02T03:04:05Z', port: 'http', note: null },
      [],
    ],
    ['misses a required field', {}, ['FieldValueRequired spec.size: Required value']],
    [
      'names the wrong type',
      { size: 'big' },
      ['FieldValueTypeInvalid spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    ],
    [
      'takes no fraction for an integer',
      { size: 1.5 },
      [
        'FieldValueTypeInvalid spec.size: Invalid value: "float64": spec.size in body must be of type int32: "float64"',
        'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.size',
      ],
    ],
    [
      'takes no null',
      { size: 3, title: null },
      ['FieldValueTypeInvalid spec.title: Invalid value: "null": spec.title in body must be of type string: "null"'],
    ],
    [
      'bounds numbers from above',
      { size: 101 },
      ['FieldValueInvalid spec.size: Invalid value: 101: spec.size in body should be less than or equal to 100'],
    ],
    [
      'bounds numbers from below',
      { size: 0 },
      ['FieldValueInvalid spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    ],
    [
      'knows exclusive bounds',
      { size: 3, ratio: -0.25 },
      ['FieldValueInvalid spec.ratio: Invalid value: -0.25: spec.ratio in body should be greater than 0'],
    ],
    [
      'knows multiples',
      { size: 3, ratio: 0.3 },
      ['FieldValueInvalid spec.ratio: Invalid value: 0.3: spec.ratio in body should be a multiple of 0.25'],
    ],
    [
      'lists the enum',
      { size: 3, color: 'Blue' },
      ['FieldValueNotSupported spec.color: Unsupported value: "Blue": supported values: "Red", "Green"'],
    ],
    [
      'counts characters up',
      { size: 3, title: 'Ab' },
      ['FieldValueInvalid spec.title: Invalid value: "Ab": spec.title in body should be at least 3 chars long'],
    ],
    [
      'counts characters down',
      { size: 3, title: 'Abcdefghijk' },
      ['FieldValueTooLong spec.title: Too long: may not be more than 10 bytes'],
    ],
    ['counts code points, not UTF-16 units', { size: 3, lines: ['😀😀😀😀😀'] }, []],
    [
      'shows the pattern',
      { size: 3, title: 'abc' },
      ['FieldValueInvalid spec.title: Invalid value: "abc": spec.title in body should match \'^[A-Z][a-z ]*$\''],
    ],
    [
      'checks formats',
      { size: 3, due: 'soon' },
      ['FieldValueTypeInvalid spec.due: Invalid value: "soon": spec.due in body must be of type date-time: "soon"'],
    ],
    [
      'limits lists',
      { size: 3, tags: ['a', 'b', 'c', 'd'] },
      ['FieldValueTooMany spec.tags: Too many: 4: must have at most 3 items'],
    ],
    [
      'limits maps',
      { size: 3, labels: { a: '', b: '', c: '' } },
      ['FieldValueTooMany spec.labels: Too many: 3: must have at most 2 items'],
    ],
    [
      'looks into items and maps',
      { size: 3, lines: ['ok', 'too long'], labels: { a: 1 } },
      [
        'FieldValueTooLong spec.lines[1]: Too long: may not be more than 5 bytes',
        'FieldValueTypeInvalid spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
      ],
    ],
    [
      'takes integers and strings for int-or-string, nothing else',
      { size: 3, port: true },
      [
        'FieldValueTypeInvalid spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
      ],
    ],
    [
      'wants one alternative',
      { size: 3, either: {} },
      [
        'FieldValueInvalid <nil>: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found none valid',
        'FieldValueRequired spec.either.left: Required value',
      ],
    ],
    [
      'wants one alternative only',
      { size: 3, either: { left: 'a', right: 'b' } },
      [
        'FieldValueInvalid <nil>: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
  ])('%s', (_name, spec, expected) => {
    expect(told(spec)).toEqual(expected);
  });

  it('does not judge again what did not change, but what did', () => {
    const old = { size: 500, title: 'abc', parts: [{ name: 'a', count: 'many' }] };
    expect(told({ ...old, color: 'Red' }, old)).toEqual([]);
    expect(told({ ...old, parts: [{ name: 'b' }, { name: 'a', count: 'many' }] }, old)).toEqual([]);
    expect(told({ ...old, size: 501 }, old)).toEqual([
      'FieldValueInvalid spec.size: Invalid value: 501: spec.size in body should be less than or equal to 100',
    ]);
  });

  it.each<[string, SchemaNode, unknown, string[]]>([
    [
      'allOf',
      { allOf: [{ minimum: 5 }, { maximum: 9 }] },
      3,
      ['x in body should be greater than or equal to 5', '"x" must validate all the schemas (allOf)'],
    ],
    [
      'anyOf',
      { anyOf: [{ minimum: 5 }, { maximum: 1 }] },
      3,
      ['"x" must validate at least one schema (anyOf)', 'x in body should be greater than or equal to 5'],
    ],
    ['not', { not: { minimum: 2 } }, 3, ['"x" must not validate the schema (not)']],
  ])('tells of %s', (_name, schema, value, expected) => {
    const messages = schemaCauses(value, { type: 'integer', ...schema }, 'x').map(({ message }) => message);
    expect(messages.map((message) => message.replace(/^Invalid value: ("[^"]*"|\d+): /, ''))).toEqual(expected);
  });
});
