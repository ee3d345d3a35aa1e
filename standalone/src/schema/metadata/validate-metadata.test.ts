import { describe, expect, it } from 'vitest';
import type { Cause, ObjectMeta } from '../kinds.ts';
import { dns1123SubdomainErrors } from './names.ts';
import { metadataCauses, metadataUpdateCauses } from './validate-metadata.ts';

const NAMESPACED = { namespaced: true, nameErrors: dns1123SubdomainErrors };
const fields = (causes: readonly Cause[]): string[] => causes.map(({ reason, field }) => `${reason} ${field}`);

describe('metadataCauses', () => {
  it.each<[string, ObjectMeta, string[]]>([
    ['accepts a plain object', { name: 'a', namespace: 'b', labels: { 'x.org/y': 'z' } }, []],
    ['wants a name', { namespace: 'b' }, ['FieldValueRequired metadata.name']],
    ['wants a namespace', { name: 'a' }, ['FieldValueRequired metadata.namespace']],
    ['refuses a bad name', { name: 'A', namespace: 'b' }, ['FieldValueInvalid metadata.name']],
    ['allows a trailing dash in generateName', { name: 'a-1', generateName: 'a-', namespace: 'b' }, []],
    [
      'refuses bad labels',
      { name: 'a', namespace: 'b', labels: { '-': 'x', ok: '!' } },
      ['FieldValueInvalid metadata.labels', 'FieldValueInvalid metadata.labels'],
    ],
    [
      'refuses bad annotation keys',
      { name: 'a', namespace: 'b', annotations: { 'a b': '' } },
      ['FieldValueInvalid metadata.annotations'],
    ],
    [
      'limits annotations to 256 KiB',
      { name: 'a', namespace: 'b', annotations: { k: 'x'.repeat(262_144) } },
      ['FieldValueTooLong metadata.annotations'],
    ],
    [
      'wants whole owner references',
      { name: 'a', namespace: 'b', ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: '', uid: 'u' }] },
      ['FieldValueInvalid metadata.ownerReferences.name'],
    ],
  ])('%s', (_name, meta, expected) => {
    expect(fields(metadataCauses(meta, NAMESPACED))).toEqual(expected);
  });

  it('refuses a namespace where there is none', () => {
    const rules = { ...NAMESPACED, namespaced: false };
    expect(metadataCauses({ name: 'a', namespace: 'b' }, rules)).toEqual([
      { reason: 'FieldValueForbidden', field: 'metadata.namespace', message: 'Forbidden: not allowed on this type' },
    ]);
  });
});

describe('metadataUpdateCauses', () => {
  const old: ObjectMeta = { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '1', finalizers: ['x.org/a'] };

  it('keeps the identity', () => {
    expect(fields(metadataUpdateCauses({ ...old, uid: 'v' }, old, NAMESPACED))).toEqual([
      'FieldValueInvalid metadata.uid',
    ]);
  });

  it('wants a resource version', () => {
    const { resourceVersion: _resourceVersion, ...rest } = old;
    expect(metadataUpdateCauses(rest, old, NAMESPACED)[0]?.message).toBe(
      'Invalid value: "": must be specified for an update',
    );
  });

  it('takes no new finalizers once deletion has begun', () => {
    const dying = { ...old, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const causes = metadataUpdateCauses({ ...dying, finalizers: ['x.org/a', 'x.org/b'] }, dying, NAMESPACED);
    expect(causes[0]?.message).toBe(
      'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.org/b"}',
    );
    expect(metadataUpdateCauses({ ...dying, finalizers: [] }, dying, NAMESPACED)).toEqual([]);
  });
});
