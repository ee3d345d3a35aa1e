import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widget, widgetCrd } from '../fixtures/widget-crd.ts';
import type { ApiObject, JsonObject } from '../kinds.ts';
import { applyConflictMessage } from './conflict-message.ts';
import { updateManagedFields } from './managed-fields.ts';
import { serverSideApply } from './server-side-apply.ts';

const kind = compileCrd(widgetCrd());
const now = new Date('2026-01-01T00:00:00.789Z');
const later = new Date('2026-01-02T00:00:00Z');

function apply(
  applied: ApiObject,
  options: { live?: ApiObject; manager?: string; force?: boolean; now?: Date; subresource?: string } = {},
) {
  return serverSideApply({ applied, manager: 'kubectl', force: false, kind, now, ...options });
}

function owned(object: ApiObject, manager: string): JsonObject | undefined {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}

describe('serverSideApply', () => {
  it('creates an object and owns what was applied', () => {
    const applied = widget(
      { size: 1, parts: [{ name: 'a', count: 2 }], tags: ['x'], whole: { a: '1' }, lines: ['l'] },
      { labels: { app: 'w' } },
    );
    const { object, conflicts } = apply(applied);
    expect(conflicts).toEqual([]);
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'kubectl',
        operation: 'Apply',
        apiVersion: 'example.org/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:lines': {},
            'f:parts': { 'k:{"name":"a"}': { '.': {}, 'f:count': {}, 'f:name': {} } },
            'f:size': {},
            'f:tags': { 'v:"x"': {} },
            'f:whole': {},
          },
        },
      },
    ]);
  });

  it('gives back the live object when nothing changes', () => {
    const applied = widget({ size: 1, labels: { a: 'b' } });
    const live = apply(applied).object;
    expect(apply(applied, { live, now: later }).object).toBe(live);
  });

  it('merges keyed lists by key, sets by value, atomic lists as a whole', () => {
    const live = apply(widget({ parts: [{ name: 'a' }, { name: 'b' }], tags: ['x'], lines: ['1', '2'] })).object;
    const second = widget({ parts: [{ name: 'b', count: 3 }, { name: 'c' }], tags: ['y'], lines: ['3'] });
    const { object } = apply(second, { live, manager: 'other', force: true });
    expect(object['spec']).toEqual({
      parts: [{ name: 'a' }, { name: 'b', count: 3 }, { name: 'c' }],
      tags: ['x', 'y'],
      lines: ['3'],
    });
  });

  it('removes what it no longer applies, but nothing that others own', () => {
    const live = apply(widget({ size: 1, labels: { a: '1', b: '2' } }, { labels: { x: '1' } })).object;
    const shared = apply(widget({ labels: { b: '2' } }), { live, manager: 'other' }).object;
    const { object } = apply(widget({ size: 1 }), { live: shared });
    expect(object['spec']).toEqual({ size: 1, labels: { b: '2' } });
    expect(object.metadata.labels).toBeUndefined();
    expect(object.metadata.name).toBe('w');
  });

  it('tells who owns a contested field, and takes it over by force', () => {
    const created = apply(widget({ size: 1, parts: [{ name: 'a', count: 1 }] })).object;
    const next = { ...created, spec: { size: 2, parts: [{ name: 'a', count: 2 }] } };
    const live = updateManagedFields({
      live: created,
      next,
      manager: 'kubectl-edit',
      kind,
      now: later,
    });
    const applied = widget({ size: 3, parts: [{ name: 'a', count: 3 }] });
    const refused = apply(applied, { live });
    expect(refused).toEqual({
      object: live,
      conflicts: [
        { manager: '"kubectl-edit" using example.org/v1', field: '.spec.size' },
        { manager: '"kubectl-edit" using example.org/v1', field: '.spec.parts[name="a"].count' },
      ],
    });
    const forced = apply(applied, { live, force: true }).object;
    expect(forced['spec']).toEqual({ size: 3, parts: [{ name: 'a', count: 3 }] });
    expect(owned(forced, 'kubectl-edit')).toBeUndefined();
  });

  it('has no conflict where both want the same value; both own it then', () => {
    const live = apply(widget({ size: 1 })).object;
    const { object, conflicts } = apply(widget({ size: 1 }), { live, manager: 'other' });
    expect(conflicts).toEqual([]);
    // Who only agrees changed nothing, so it has no time, and comes first.
    const times = object.metadata.managedFields?.map(({ manager, time }) => [manager, time !== undefined]);
    expect(times).toEqual([
      ['other', false],
      ['kubectl', true],
    ]);
  });

  it('keeps status apart from the main resource', () => {
    const live = apply({ ...widget({ size: 1 }), status: { phase: 'Lie' } }).object;
    expect(live['status']).toBeUndefined();
    const status = { ...widget({ size: 9 }, { labels: { no: 'no' } }), status: { phase: 'True' } };
    const { object } = apply(status, { live, manager: 'controller', subresource: 'status' });
    expect(object).toMatchObject({ spec: { size: 1 }, status: { phase: 'True' } });
    expect(object.metadata.labels).toBeUndefined();
    expect(object.metadata.managedFields?.find(({ manager }) => manager === 'controller')).toMatchObject({
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:phase': {} } },
    });
  });

  it('credits the fields of objects from before ownership was recorded to their history', () => {
    const live = widget({ size: 1 });
    expect(apply(widget({ size: 2 }), { live }).conflicts).toEqual([
      { manager: '"before-first-apply" using example.org/v1', field: '.spec.size' },
    ]);
  });

  it('does not let a null creationTimestamp through', () => {
    const live = { ...apply(widget({ size: 1 })).object };
    live.metadata = { ...live.metadata, creationTimestamp: '2026-01-01T00:00:00Z' };
    const applied = widget({ size: 2 }, { creationTimestamp: null as unknown as string });
    expect(apply(applied, { live }).object.metadata.creationTimestamp).toBe('2026-01-01T00:00:00Z');
  });

  it('gives the same object when applied twice, whatever was applied before', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    // No empty containers: what loses its last entry is dropped, so that an applied `{}` comes back the second time only.
    const spec = fc.record(
      {
        size: fc.constantFrom(1, 2),
        labels: fc.dictionary(name, name, { minKeys: 1, maxKeys: 2 }),
        tags: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
        parts: fc.uniqueArray(fc.record({ name, count: fc.constantFrom(1, 2) }), {
          selector: (part) => part.name,
          minLength: 1,
          maxLength: 3,
        }),
        raw: fc.dictionary(name, fc.constantFrom(1, 'x'), { minKeys: 1, maxKeys: 2 }),
      },
      { requiredKeys: ['size'] },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(spec, fc.constantFrom('m1', 'm2')), { minLength: 1, maxLength: 4 }), (steps) => {
        let live: ApiObject | undefined;
        for (const [value, manager] of steps) {
          const options = { manager, force: true, ...(live === undefined ? {} : { live }) };
          live = kind.default(apply(widget(value), options).object);
          const again = apply(widget(value), { manager, live, now: later });
          expect(again.conflicts).toEqual([]);
          expect(kind.default(again.object)).toEqual(live);
        }
      }),
    );
  });
});

describe('applyConflictMessage', () => {
  const conflict = (manager: string, field: string) => ({ manager: JSON.stringify(manager), field });

  it('tells a single conflict in one line', () => {
    expect(applyConflictMessage([conflict('a', '.spec.x')])).toBe(
      'Apply failed with 1 conflict: conflict with "a": .spec.x',
    );
  });

  it('groups several by manager', () => {
    const conflicts = [conflict('b', '.spec.y'), conflict('a', '.spec.x'), conflict('b', '.spec.z')];
    expect(applyConflictMessage(conflicts)).toBe(
      'Apply failed with 3 conflicts: conflicts with "a":\n- .spec.x\nconflicts with "b":\n- .spec.y\n- .spec.z',
    );
  });
});
