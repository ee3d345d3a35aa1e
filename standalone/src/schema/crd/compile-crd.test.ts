import { describe, expect, it } from 'vitest';
import { readOwnCrds } from '../../../testing/index.ts';
import { WIDGET_SCHEMA, widget, widgetCrd } from '../fixtures/widget-crd.ts';
import { invalidMessage, invalidStatus } from '../invalid-status.ts';
import type { SchemaNode } from '../kinds.ts';
import { compileCrd, compileCrdVersions } from './compile-crd.ts';
import { InvalidObjectError } from './invalid-object-error.ts';

const ROOT = 'spec.validation.openAPIV3Schema';

function faults(crd: unknown): string[] {
  try {
    compileCrdVersions(crd);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidObjectError)) throw error;
    return error.causes.map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
  }
}

function faultsOfSpec(node: SchemaNode): string[] {
  return faults(
    widgetCrd(
      { type: 'object', properties: { spec: node } },
      versionsWith({ type: 'object', properties: { spec: node } }),
    ),
  );
}

function versionsWith(schema: SchemaNode, extra: object = {}): object {
  return { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...extra }] };
}

describe('compileCrd', () => {
  it('compiles every definition of this product', async () => {
    const kinds = (await readOwnCrds()).map((crd) => compileCrd(crd));
    expect(kinds.map(({ resource }) => resource.kind)).toEqual(
      expect.arrayContaining(['Agent', 'AgentTask', 'Evidence', 'Investigation']),
    );
  });

  it('reads names, scope and subresources', () => {
    expect(compileCrd(widgetCrd())).toMatchObject({
      resource: {
        group: 'example.org',
        version: 'v1',
        kind: 'Widget',
        plural: 'widgets',
        namespaced: true,
        singular: 'widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
        categories: ['all'],
      },
      hasStatus: true,
      isCustomResource: true,
      isStorageVersion: true,
      selectableFields: ['spec.color'],
    });
  });

  it('compiles served versions only, and takes the storage version for the kind', () => {
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = [
      { name: 'v1alpha1', served: false, storage: false, schema },
      { name: 'v1beta1', served: true, storage: false, schema },
      { name: 'v1', served: true, storage: true, schema },
    ];
    expect(compileCrdVersions(widgetCrd(WIDGET_SCHEMA, { versions })).map(({ resource }) => resource.version)).toEqual([
      'v1beta1',
      'v1',
    ]);
    expect(compileCrd(widgetCrd(WIDGET_SCHEMA, { versions })).resource.version).toBe('v1');
  });

  it.each<[string, object, string]>([
    [
      'a group without dot',
      { group: 'example' },
      'FieldValueInvalid metadata.name: Invalid value: "widgets.example.org": must be spec.names.plural+"."+spec.group',
    ],
    [
      'an unknown scope',
      { scope: 'World' },
      'FieldValueNotSupported spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
    ],
    ['a missing scope', { scope: '' }, 'FieldValueRequired spec.scope: Required value'],
    [
      'the same kind and list kind',
      { names: { plural: 'widgets', kind: 'Widget', listKind: 'Widget' } },
      'FieldValueInvalid spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same',
    ],
    [
      'preserveUnknownFields',
      { preserveUnknownFields: true },
      'FieldValueInvalid spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
    [
      'no schema',
      { versions: [{ name: 'v1', served: true, storage: true }] },
      'FieldValueRequired spec.versions[0].schema.openAPIV3Schema: Required value',
    ],
    [
      'a column of an unknown type',
      versionsWith(WIDGET_SCHEMA, { additionalPrinterColumns: [{ name: 'A', type: 'tree', jsonPath: '.spec' }] }),
      'FieldValueInvalid spec.additionalPrinterColumns[0].type: Invalid value: "tree": must be one of boolean,date,integer,number,string',
    ],
    [
      'a selectable field that is not there',
      versionsWith(WIDGET_SCHEMA, { selectableFields: [{ jsonPath: '.spec.nope' }] }),
      'FieldValueInvalid spec.selectableFields[0].jsonPath: Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field',
    ],
  ])('refuses %s', (_name, spec, expected) => {
    expect(faults(widgetCrd(WIDGET_SCHEMA, spec))).toContain(expected);
  });

  it.each([0, 2])('wants exactly one storage version, not %i', (count) => {
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = ['v1', 'v2'].map((name, index) => ({ name, served: true, storage: index < count, schema }));
    const told = faults(widgetCrd(WIDGET_SCHEMA, { versions }));
    expect(told.some((line) => line.endsWith('must have exactly one version marked as storage version'))).toBe(true);
  });

  it.each<[string, SchemaNode, string]>([
    [
      'a field without type',
      { type: 'object', properties: { a: {} } },
      `FieldValueRequired ${ROOT}.properties[spec].properties[a].type: Required value: must not be empty for specified object fields`,
    ],
    [
      'a list without items',
      { type: 'array' },
      `FieldValueRequired ${ROOT}.properties[spec].items: Required value: must be specified`,
    ],
    [
      'type null',
      { type: 'null' },
      `FieldValueForbidden ${ROOT}.properties[spec].type: Forbidden: type cannot be set to null, use nullable as an alternative`,
    ],
    [
      'a type in an alternative',
      { type: 'object', anyOf: [{ type: 'object' }] },
      `FieldValueForbidden ${ROOT}.properties[spec].anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      'properties and additionalProperties',
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } },
      `FieldValueForbidden ${ROOT}.properties[spec].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      'uniqueItems',
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
      `FieldValueForbidden ${ROOT}.properties[spec].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      'a keyed list without keys',
      { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } },
      `FieldValueRequired ${ROOT}.properties[spec].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      'a key that may be absent',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' } } },
      },
      `FieldValueRequired ${ROOT}.properties[spec].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      'a default that is not valid',
      { type: 'integer', default: 'x' },
      `FieldValueTypeInvalid ${ROOT}.properties[spec].default: Invalid value: "string":  in body must be of type integer: "string"`,
    ],
    [
      'a look-ahead',
      { type: 'string', pattern: '(?=a)' },
      `FieldValueInvalid ${ROOT}.properties[spec].pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: \`(?=\``,
    ],
  ])('refuses %s', (_name, node, expected) => {
    expect(faultsOfSpec(node)).toContain(expected);
  });

  it('names the rule whose function is unknown', () => {
    const told = faultsOfSpec({
      type: 'object',
      'x-kubernetes-validations': [{ rule: 'true' }, { rule: 'self.frobnicate()' }],
    });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`FieldValueInvalid ${ROOT}.properties[spec].x-kubernetes-validations[1].rule: `);
  });

  it.each([null, 'text', {}, { spec: null }, { metadata: {}, spec: { versions: 'x' } }])('refuses %j', (crd) => {
    expect(() => compileCrd(crd)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
  });

  it.each([{ metadata: {} }, { metadata: {}, spec: null }])('judges %j', (crd) => {
    expect(() => compileCrd(crd)).toThrow(InvalidObjectError);
  });
});

describe('a compiled kind', () => {
  const kind = compileCrd(widgetCrd());

  it('prunes and defaults for create, metadata included', () => {
    const sent = widget({ size: 1, zip: 1 }, { labels: { a: 'b' }, zap: 1 } as object);
    expect(kind.prune(sent).unknownFields).toEqual(['metadata.zap', 'spec.zip']);
    expect(kind.prepareForCreate(sent)).toEqual(
      widget({ size: 1, color: 'Red', limits: { cpu: 2 } }, { labels: { a: 'b' } }),
    );
  });

  it('refuses metadata that cannot be read as a bad request', () => {
    const sent = widget({ size: 1 }, { labels: { a: 1 } } as object);
    expect(() => kind.prune(sent)).toThrow(expect.objectContaining({ code: 'BadRequest', status: 400 }));
  });

  it('gives a whole Invalid status', () => {
    const causes = kind.validate(widget({ size: 0, color: 'Blue' }));
    expect(invalidStatus(kind.resource, 'w', causes)).toMatchObject({
      reason: 'Invalid',
      code: 422,
      details: { name: 'w', group: 'example.org', kind: 'Widget' },
      message:
        'Widget.example.org "w" is invalid: [spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1, spec.color: Unsupported value: "Blue": supported values: "Red", "Green", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    });
  });

  it('tells a single cause without brackets', () => {
    const causes = kind.validate(widget({ size: 2, ratio: 0.5 }));
    expect(causes).toEqual([
      { reason: 'FieldValueForbidden', field: 'spec', message: 'Forbidden: a ratio needs a size above 2' },
    ]);
    expect(invalidMessage(kind.resource, 'w', causes)).toBe(
      'Widget.example.org "w" is invalid: spec: Forbidden: a ratio needs a size above 2',
    );
  });

  it('runs transition rules against the stored object', () => {
    const old = widget({ size: 1, frozen: 'a' }, { resourceVersion: '1' });
    expect(kind.validate({ ...old, spec: { size: 1, frozen: 'b' } }, old)).toEqual([
      { reason: 'FieldValueInvalid', field: 'spec.frozen', message: 'Invalid value: "b": frozen is immutable' },
    ]);
  });

  it('lets a stored object live on that newer rules would refuse', () => {
    const old = widget({ size: 500, tags: ['a', 'a'] }, { resourceVersion: '1' });
    expect(kind.validate({ ...old, metadata: { ...old.metadata, labels: { x: 'y' } } }, old)).toEqual([]);
  });

  it('refuses another kind or version', () => {
    expect(kind.validate({ ...widget({ size: 1 }), kind: 'Gadget', apiVersion: 'example.org/v2' })).toEqual([
      { reason: 'FieldValueInvalid', field: 'kind', message: 'Invalid value: "Gadget": must be Widget' },
      {
        reason: 'FieldValueInvalid',
        field: 'apiVersion',
        message: 'Invalid value: "example.org/v2": must be example.org/v1',
      },
    ]);
  });
});
