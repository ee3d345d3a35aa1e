import { describe, expect, it } from 'vitest';
import { widgetCrd } from '../fixtures/widget-crd.ts';
import type { ApiObject } from '../kinds.ts';
import { establishCrd } from './establish-crd.ts';

describe('establishCrd', () => {
  const crd = widgetCrd() as unknown as ApiObject;
  const first = establishCrd(crd, new Date('2026-01-01T00:00:00Z'));

  it('defaults names and conversion and reports what was accepted', () => {
    expect(first).toMatchObject({
      spec: { names: { singular: 'widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
      status: {
        acceptedNames: { kind: 'Widget', plural: 'widgets' },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True' },
          { type: 'Established', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
        ],
      },
    });
  });

  it('changes nothing when nothing changed', () => {
    expect(establishCrd(first, new Date('2026-02-02T00:00:00Z'))).toEqual(first);
  });
});
