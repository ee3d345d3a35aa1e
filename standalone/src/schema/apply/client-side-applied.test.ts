import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widget, widgetCrd } from '../fixtures/widget-crd.ts';
import type { ApiObject, JsonObject } from '../kinds.ts';
import { applyOverClientSide } from './client-side-applied.ts';
import { updateManagedFields } from './managed-fields.ts';

const kind = compileCrd(widgetCrd());
const now = new Date('2026-01-01T00:00:00Z');
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as `kubectl apply` left it, with what others changed since. */
function clientApplied(spec: JsonObject, since: JsonObject = {}): ApiObject {
  const annotations = { [ANNOTATION]: JSON.stringify(widget(spec)) };
  const created = updateManagedFields({
    next: widget(spec, { annotations }),
    manager: 'kubectl-client-side-apply',
    kind,
    now,
  });
  if (Object.keys(since).length === 0) return created;
  const next = { ...created, spec: { ...(created['spec'] as JsonObject), ...since } };
  return updateManagedFields({ live: created, next, manager: 'somebody', kind, now });
}

function apply(live: ApiObject, spec: JsonObject, manager = 'kubectl') {
  return applyOverClientSide({ live, applied: widget(spec), manager, force: false, kind, now });
}

describe('applyOverClientSide', () => {
  it('takes over what stands as the client applied it, and keeps the manifest', () => {
    const { object, conflicts } = apply(clientApplied({ size: 1 }), { size: 2 });
    expect(conflicts).toEqual([]);
    expect(object['spec']).toMatchObject({ size: 2 });
    expect(JSON.parse(object.metadata.annotations?.[ANNOTATION] ?? '')).toEqual(widget({ size: 2 }));
  });

  it('still conflicts over what somebody changed since', () => {
    const live = clientApplied({ size: 1, tags: ['a'] }, { size: 5 });
    const { object, conflicts } = apply(live, { size: 2 });
    expect(conflicts).toEqual([{ manager: '"somebody" using example.org/v1', field: '.spec.size' }]);
    expect(object).toBe(live);
  });

  it.each([
    ['another manager asks', 'other', ANNOTATION],
    ['there is no record', 'kubectl', 'example.org/none'],
  ])('conflicts as ever where %s', (_, manager, annotation) => {
    const live = clientApplied({ size: 1 });
    const annotations = { [annotation]: live.metadata.annotations?.[ANNOTATION] ?? '' };
    const { conflicts } = apply({ ...live, metadata: { ...live.metadata, annotations } }, { size: 2 }, manager);
    expect(conflicts).toMatchObject([{ manager: '"kubectl-client-side-apply" using example.org/v1' }]);
  });

  it('takes a record that is no manifest for none', () => {
    const live = clientApplied({ size: 1 });
    for (const text of ['{', '[]', '7']) {
      const spoiled = { ...live, metadata: { ...live.metadata, annotations: { [ANNOTATION]: text } } };
      expect(apply(spoiled, { size: 2 }).conflicts).toHaveLength(1);
    }
  });

  it('adds no record where there was none', () => {
    const live = updateManagedFields({ next: widget({ size: 1 }), manager: 'kubectl-create', kind, now });
    const { object } = apply(live, { size: 1 });
    expect(object.metadata.annotations).toBeUndefined();
  });
});
