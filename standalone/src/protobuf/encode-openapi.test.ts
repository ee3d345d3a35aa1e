import { describe, expect, it } from 'vitest';
import { encodeOpenApiV2 } from './encode-openapi.ts';
import { readFields } from './wire.ts';

/** Bytes of the fields of a message by number, in their order. */
function fieldsOf(message: Buffer): Map<number, Buffer[]> {
  const fields = new Map<number, Buffer[]>();
  for (const { number, bytes } of readFields(message)) fields.set(number, [...(fields.get(number) ?? []), bytes]);
  return fields;
}

function only(fields: Map<number, Buffer[]>, number: number): Buffer {
  const values = fields.get(number) ?? [];
  expect(values).toHaveLength(1);
  return values[0]!;
}

describe('encodeOpenApiV2', () => {
  it('writes version, title and each schema under its name', () => {
    const document = fieldsOf(
      encodeOpenApiV2({
        swagger: '2.0',
        info: { title: 'T', version: 'v1' },
        definitions: {
          'x.Widget': {
            type: 'object',
            description: 'A thing. \u00e9',
            required: ['size', 'color'],
            properties: {
              size: { type: 'integer', maximum: 10, minLength: 300, uniqueItems: true },
              tags: { type: 'array', items: { $ref: '#/definitions/y' } },
              env: { type: 'object', additionalProperties: { type: 'string' } },
            },
            'x-kubernetes-group-version-kind': [{ group: 'g', kind: 'Widget', version: 'v1' }],
          },
        },
      }),
    );
    expect(only(document, 1).toString()).toBe('2.0');
    expect(only(fieldsOf(only(document, 2)), 2).toString()).toBe('v1');
    const named = fieldsOf(only(fieldsOf(only(document, 9)), 1));
    expect(only(named, 1).toString()).toBe('x.Widget');
    const schema = fieldsOf(only(named, 2));
    expect(only(schema, 4).toString()).toBe('A thing. \u00e9');
    expect(schema.get(19)?.map(String)).toEqual(['size', 'color']);
    expect(only(fieldsOf(only(schema, 22)), 1).toString()).toBe('object');
    const extension = fieldsOf(only(schema, 31));
    expect(only(extension, 1).toString()).toBe('x-kubernetes-group-version-kind');
    expect(JSON.parse(only(fieldsOf(only(extension, 2)), 2).toString())).toEqual([
      { group: 'g', kind: 'Widget', version: 'v1' },
    ]);
    const properties = (fieldsOf(only(schema, 25)).get(1) ?? []).map((entry) => fieldsOf(entry));
    const [size, tags, env] = properties.map((property) => fieldsOf(only(property, 2)));
    expect(only(size!, 7).readDoubleLE()).toBe(10);
    expect(
      [...readFields(only(properties[0]!, 2))]
        .filter(({ number }) => number === 12 || number === 16)
        .map(({ varint }) => varint),
    ).toEqual([300n, 1n]);
    expect(only(fieldsOf(only(fieldsOf(only(tags!, 23)), 1)), 1).toString()).toBe('#/definitions/y');
    expect(only(fieldsOf(only(fieldsOf(only(fieldsOf(only(env!, 21)), 1)), 22)), 1).toString()).toBe('string');
  });
});
