import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { WIDGET_SCHEMA, widget, widgetCrd } from '../fixtures/widget-crd.ts';
import type { PrinterColumn } from '../kinds.ts';
import { toPartialObjectMetadataList } from './partial-object-metadata.ts';
import { compileColumn } from './table.ts';

const now = new Date('2026-01-01T01:00:00Z');
const object = widget({ size: 3 }, { creationTimestamp: '2026-01-01T00:00:00Z' });

describe('tables', () => {
  it('put Name first, then the columns of the definition', () => {
    const table = compileCrd(widgetCrd()).table([object], { includeObject: 'Metadata', now });
    expect(table.columnDefinitions.map(({ name, type, priority }) => [name, type, priority])).toEqual([
      ['Name', 'string', 0],
      ['Size', 'integer', 0],
      ['Age', 'date', 0],
    ]);
    expect(table.rows).toEqual([
      {
        cells: ['w', 3, '60m'],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
      },
    ]);
  });

  it('carry as much of the objects as was asked for', () => {
    const kind = compileCrd(widgetCrd());
    expect(kind.table([object], { includeObject: 'Object', now }).rows[0]?.object).toBe(object);
    expect(kind.table([object], { includeObject: 'None', now }).rows[0]).toHaveProperty('object', null);
  });

  it('have an Age where the definition names no columns', () => {
    const crd = widgetCrd(WIDGET_SCHEMA, {
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: WIDGET_SCHEMA } }],
    });
    const table = compileCrd(crd).table([], { includeObject: 'None', now });
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Age']);
  });

  it.each<[PrinterColumn['type'], unknown, unknown]>([
    ['string', { b: 1, a: 2 }, '{"a":2,"b":1}'],
    ['string', 5, '5'],
    ['integer', 5.7, 5],
    ['integer', 'x', null],
    ['boolean', true, true],
    ['number', 1.5, 1.5],
    ['date', '2026-01-01T00:59:00Z', '60s'],
    ['string', undefined, null],
  ])('show %s cells of %j as %j', (type, value, expected) => {
    const column = compileColumn({ name: 'X', type, jsonPath: '.spec' });
    expect(column.cell(widget(value), now)).toBe(expected);
  });
});

describe('toPartialObjectMetadataList', () => {
  it('keeps metadata and nothing else', () => {
    const list = toPartialObjectMetadataList({ metadata: { resourceVersion: '7' }, items: [object] });
    expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', metadata: { resourceVersion: '7' } });
    expect(list.items[0]).not.toHaveProperty('spec');
  });
});
