import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widget, widgetCrd } from '../fixtures/widget-crd.ts';
import type { ApiObject, ManagedFieldsEntry } from '../kinds.ts';
import { type ManagedUpdate, updateManagedFields } from './managed-fields.ts';

const kind = compileCrd(widgetCrd());
const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');

function update(next: ApiObject, options: Partial<ManagedUpdate> = {}): ApiObject {
  return updateManagedFields({ next, manager: 'm', kind, now, ...options });
}

describe('updateManagedFields', () => {
  it('records a create with the containers it made', () => {
    const created = update(
      widget({ size: 1, labels: { a: 'b' } }, { labels: { x: 'y' }, uid: 'u', resourceVersion: '1' }),
    );
    expect(created.metadata.managedFields?.[0]).toMatchObject({
      manager: 'm',
      operation: 'Update',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
        'f:spec': { '.': {}, 'f:labels': { '.': {}, 'f:a': {} }, 'f:size': {} },
      },
    });
  });

  it('moves what another changes to that one', () => {
    const live = update(widget({ size: 1, color: 'Red' }));
    const next = update({ ...live, spec: { size: 2, color: 'Red' } }, { live, manager: 'n', now: later });
    expect(next.metadata.managedFields).toMatchObject([
      { manager: 'm', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': { '.': {}, 'f:color': {} } } },
      { manager: 'n', time: '2026-01-02T00:00:00Z', fieldsV1: { 'f:spec': { 'f:size': {} } } },
    ]);
  });

  it('moves the time of the writer when it changes a value, and not when it only takes one away', () => {
    const live = update(widget({ size: 1 }));
    const next = update({ ...live, spec: { size: 2 } }, { live, now: later });
    expect(next.metadata.managedFields?.[0]?.time).toBe('2026-01-02T00:00:00Z');
    const labelled = update({ ...live, metadata: { ...live.metadata, labels: { a: 'b', c: 'd' } } }, { live });
    const less = { ...labelled, metadata: { ...labelled.metadata, labels: { a: 'b' } } };
    expect(update(less, { live: labelled, now: later }).metadata.managedFields?.[0]?.time).toBe('2026-01-01T00:00:00Z');
  });

  it('drops a manager that owns nothing any more', () => {
    const live = update(widget({ size: 1 }));
    const bare = { ...live, spec: undefined } as unknown as ApiObject;
    const { spec: _spec, ...gone } = bare;
    expect(update(gone, { live, manager: 'n' }).metadata.managedFields).toBeUndefined();
  });

  it('keeps writes of status under its subresource', () => {
    const live = update(widget({ size: 1 }));
    const next = update({ ...live, status: { phase: 'x' } }, { live, manager: 'c', subresource: 'status' });
    expect(next.metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ['c', 'status'],
      ['m', undefined],
    ]);
  });

  it('lets clients edit the record, and clear it with one empty entry', () => {
    const live = update(widget({ size: 1 }));
    const [entry] = live.metadata.managedFields ?? [];
    const renamed = { ...live, metadata: { ...live.metadata, managedFields: [{ ...entry!, manager: 'z' }] } };
    expect(update(renamed, { live }).metadata.managedFields?.map(({ manager }) => manager)).toEqual(['z']);
    const cleared = { ...live, metadata: { ...live.metadata, managedFields: [{} as ManagedFieldsEntry] } };
    expect(update(cleared, { live }).metadata.managedFields).toBeUndefined();
  });

  it('falls back to the stored record when the writer sends none', () => {
    const live = update(widget({ size: 1 }));
    const next = update(widget({ size: 1, color: 'Green' }), { live, manager: 'n' });
    expect(next.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['m', 'n']);
  });
});
