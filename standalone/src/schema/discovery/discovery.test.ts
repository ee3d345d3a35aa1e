import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../builtin/builtin-kinds.ts';
import { compileCrd } from '../crd/compile-crd.ts';
import { widgetCrd } from '../fixtures/widget-crd.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList } from './discovery.ts';
import { compareVersions } from './version-order.ts';

const kinds = [...builtinKinds(), compileCrd(widgetCrd())];

describe('discovery', () => {
  it('lists groups with their preferred versions', () => {
    expect(apiGroupList(kinds)).toMatchObject({
      kind: 'APIGroupList',
      groups: expect.arrayContaining([
        {
          name: 'example.org',
          versions: [{ groupVersion: 'example.org/v1', version: 'v1' }],
          preferredVersion: { groupVersion: 'example.org/v1', version: 'v1' },
        },
      ]) as unknown,
    });
  });

  it('lists resources with their status subresource', () => {
    expect(apiResourceList(kinds, 'example.org', 'v1')).toMatchObject({
      groupVersion: 'example.org/v1',
      resources: [
        {
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          shortNames: ['wd'],
          categories: ['all'],
        },
        { name: 'widgets/status', singularName: '', verbs: ['get', 'patch', 'update'] },
      ],
    });
  });

  it('knows nothing of groups that are not served, nor of a core group by name', () => {
    expect(apiResourceList(kinds, 'example.org', 'v2')).toBeUndefined();
    expect(apiGroup(kinds, 'nope.org')).toBeUndefined();
    expect(apiGroup(kinds, '')).toBeUndefined();
  });

  it('tells the same in the aggregated form', () => {
    expect(aggregatedDiscovery(kinds, 'core')).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      items: [{ versions: [{ version: 'v1', freshness: 'Current' }] }],
    });
    const groups = aggregatedDiscovery(kinds, 'groups') as { items: { metadata: { name?: string } }[] };
    expect(groups.items.find(({ metadata }) => metadata.name === 'example.org')).toMatchObject({
      versions: [
        {
          resources: [
            {
              resource: 'widgets',
              responseKind: { group: 'example.org', version: 'v1', kind: 'Widget' },
              scope: 'Namespaced',
              singularResource: 'widget',
              subresources: [{ subresource: 'status' }],
            },
          ],
        },
      ],
    });
  });

  it('prefers stable versions, then beta, then alpha', () => {
    const versions = ['foo', 'v1alpha1', 'v1', 'v2beta1', 'v10', 'v1beta2', 'v2'];
    expect([...versions].sort(compareVersions)).toEqual(['v10', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v1alpha1', 'foo']);
  });
});
