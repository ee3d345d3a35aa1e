import { describe, expect, it } from 'vitest';
import { widgetCrd } from '../fixtures/widget-crd.ts';
import type { ApiObject, CompiledKind } from '../kinds.ts';
import { parseFieldSelector } from '../selectors/field-selector.ts';
import { builtinKinds } from './builtin-kinds.ts';

/** By name; of the two forms of events the one that is stored. */
const kinds = new Map(
  builtinKinds()
    .filter(({ resource }) => resource.keptBy === undefined)
    .map((kind) => [kind.resource.kind, kind]),
);
const now = new Date('2026-01-01T01:00:00Z');

function kindOf(name: string): CompiledKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function make(kind: string, fields: object, metadata: object = {}): ApiObject {
  const { group, version, namespaced } = kindOf(kind).resource;
  const own = { name: 'x', ...(namespaced ? { namespace: 'default' } : {}), ...metadata };
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata: own, ...fields };
}

function cells(kind: string, object: ApiObject): unknown[] {
  return kindOf(kind).table([object], { includeObject: 'None', now }).rows[0]?.cells ?? [];
}

describe('built-in kinds', () => {
  it('are the ones that the flow and kubectl touch', () => {
    expect([...kinds.keys()].sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'CustomResourceDefinition',
      'Event',
      'Lease',
      'LocalSubjectAccessReview',
      'Namespace',
      'Node',
      'Role',
      'RoleBinding',
      'Secret',
      'SelfSubjectAccessReview',
      'SelfSubjectReview',
      'SelfSubjectRulesReview',
      'ServiceAccount',
      'SubjectAccessReview',
      'TokenReview',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
    ]);
  });

  it('accept plain objects', () => {
    const objects = [
      make('ConfigMap', { data: { a: 'b' } }),
      make('Secret', { data: { a: 'Yg==' }, type: 'Opaque' }),
      make('ServiceAccount', {}),
      make('Lease', {
        spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
      }),
      make('Node', { spec: { podCIDR: '10.0.0.0/24' }, status: { anything: [1, { goes: true }] } }),
      make('Namespace', {}),
      make('Event', { involvedObject: { kind: 'Widget', namespace: 'default', name: 'w' }, firstTimestamp: null }),
      make('CustomResourceDefinition', widgetCrd(), { name: 'widgets.example.org' }),
    ];
    for (const object of objects) {
      const kind = kindOf(object.kind);
      expect([object.kind, kind.validate(kind.prepareForCreate(object))]).toEqual([object.kind, []]);
    }
  });

  it('give a namespace its phase and name label', () => {
    expect(kindOf('Namespace').prepareForCreate(make('Namespace', {}))).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      status: { phase: 'Active' },
    });
  });

  it('refuse data that is not base64, as Go does when it decodes', () => {
    const secret = make('Secret', { data: { a: '!' } });
    expect(() => kindOf('Secret').prepareForCreate(secret)).toThrow(expect.objectContaining({ code: 'BadRequest' }));
  });

  it('fold stringData of a secret into data', () => {
    const secret = kindOf('Secret').prepareForCreate(make('Secret', { data: { a: 'Yg==' }, stringData: { c: 'd' } }));
    expect(secret).toMatchObject({ data: { a: 'Yg==', c: 'ZA==' }, type: 'Opaque' });
    expect(secret).not.toHaveProperty('stringData');
  });

  it.each<[string, object, object, string]>([
    ['a config key that is no file name', make('ConfigMap', { data: { 'a/b': '' } }), {}, 'data[a/b]'],
    [
      'an event in the wrong namespace',
      make('Event', { involvedObject: { namespace: 'other' } }),
      {},
      'involvedObject.namespace',
    ],
    ['a namespace with a dot', make('Namespace', {}, { name: 'a.b' }), {}, 'metadata.name'],
    [
      'a definition that does not compile',
      make('CustomResourceDefinition', widgetCrd({ type: 'string' }), { name: 'widgets.example.org' }),
      {},
      'spec.validation.openAPIV3Schema.type',
    ],
  ])('refuse %s', (_name, object, _options, field) => {
    const kind = kindOf((object as ApiObject).kind);
    expect(kind.validate(object as ApiObject).map((cause) => cause.field)).toContain(field);
  });

  it('hold immutable data', () => {
    const old = make('ConfigMap', { data: { a: '1' }, immutable: true }, { resourceVersion: '1' });
    const causes = kindOf('ConfigMap').validate({ ...old, data: { a: '2' } }, old);
    expect(causes.map(({ field, message }) => [field, message])).toEqual([
      ['data', 'Forbidden: field is immutable when `immutable` is set'],
    ]);
  });

  it('hold the identity and the stored versions of a definition', () => {
    const meta = { name: 'widgets.example.org', resourceVersion: '1' };
    const old = make('CustomResourceDefinition', { ...widgetCrd(), status: { storedVersions: ['v0', 'v1'] } }, meta);
    const next = make('CustomResourceDefinition', widgetCrd(undefined, { scope: 'Cluster' }), meta);
    const kind = kindOf('CustomResourceDefinition');
    const causes = kind.validate(kind.prepareForCreate({ ...next, metadata: old.metadata }), old);
    expect(causes.map(({ field }) => field)).toEqual(['spec.scope', 'status.storedVersions[0]']);
  });

  it('show events as kubectl expects them', () => {
    const event = make('Event', {
      involvedObject: { kind: 'Widget', namespace: 'default', name: 'w', uid: 'u' },
      reason: 'Started',
      message: 'It started. ',
      type: 'Normal',
      lastTimestamp: '2026-01-01T00:59:00Z',
      firstTimestamp: '2026-01-01T00:00:00Z',
      count: 3,
      source: { component: 'nanny', host: 'h' },
    });
    expect(cells('Event', event)).toEqual([
      '60s',
      'Normal',
      'Started',
      'widget/w',
      '',
      'nanny, h',
      'It started.',
      '60m',
      3,
      'x',
    ]);
    const selector =
      'involvedObject.name=w,involvedObject.namespace=default,involvedObject.kind=Widget,involvedObject.uid=u,type!=Warning,source=nanny';
    expect(parseFieldSelector(selector, kindOf('Event')).matches(event)).toBe(true);
  });

  it('have telling columns', () => {
    const created = { creationTimestamp: '2026-01-01T00:00:00Z' };
    const status = { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.36.0' } };
    const labels = { 'node-role.kubernetes.io/control-plane': '', 'node-role.kubernetes.io/worker': '' };
    expect(cells('Node', make('Node', { spec: { unschedulable: true }, status }, { ...created, labels }))).toEqual([
      'x',
      'Ready,SchedulingDisabled',
      'control-plane,worker',
      '60m',
      'v1.36.0',
      '<none>',
      '<none>',
      '<unknown>',
      '<unknown>',
      '<unknown>',
    ]);
    expect(cells('ConfigMap', make('ConfigMap', { data: { a: '1' }, binaryData: { b: '' } }, created))).toEqual([
      'x',
      2,
      '60m',
    ]);
    expect(cells('Lease', make('Lease', { spec: { holderIdentity: 'me' } }, created))).toEqual(['x', 'me', '60m']);
  });
});
