import type { KubeObject } from '@nannyapi/runtime';
import { describe, expect, it } from 'vitest';
import { exportedNamespace, exportedObject } from './exported-object.ts';

const stored: KubeObject = {
  apiVersion: 'nannyai.dev/v1alpha1',
  kind: 'Investigation',
  metadata: {
    name: 'slow',
    namespace: 'default',
    generateName: 'sl',
    uid: 'uid-1',
    resourceVersion: '7',
    generation: 2,
    creationTimestamp: '2026-03-01T12:00:00Z',
    labels: { team: 'web' },
    finalizers: ['example.com/hold'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }],
    managedFields: [{}],
  },
  spec: { prompt: 'Why is it slow?' },
  status: { phase: 'Completed' },
};
const NOTED = { 'nannyai.dev/original-creation-time': '2026-03-01T12:00:00Z', 'nannyai.dev/run-uid': 'uid-1' };

describe('exportedObject', () => {
  it('keeps name, labels, spec and result of a run, and notes its uid and its time', () => {
    expect(exportedObject(stored, { moves: 'Run' })).toEqual({
      apiVersion: 'nannyai.dev/v1alpha1',
      kind: 'Investigation',
      metadata: { name: 'slow', namespace: 'default', labels: { team: 'web' }, annotations: NOTED },
      spec: { prompt: 'Why is it slow?' },
      status: { phase: 'Completed' },
    });
  });

  it('drops a status that a host tells again, and notes no run', () => {
    const { metadata, status } = exportedObject(stored, { moves: 'Spec' });
    expect(status).toBeUndefined();
    expect(metadata.annotations).toEqual({ 'nannyai.dev/original-creation-time': '2026-03-01T12:00:00Z' });
  });

  it('of what it gave is the same', () => {
    const once = exportedObject(stored, { moves: 'Run' });
    expect(exportedObject(once, { moves: 'Run' })).toEqual(once);
  });

  it('of a copy still tells of the first original', () => {
    const copy = { ...stored, metadata: { ...stored.metadata, uid: 'uid-2', annotations: NOTED } };
    expect(exportedObject(copy, { moves: 'Run' }).metadata.annotations).toEqual(NOTED);
  });
});

describe('exportedNamespace', () => {
  it('leaves out the label that each cluster sets, and the life of the namespace', () => {
    const metadata = { name: 'shop', uid: 'u', labels: { 'kubernetes.io/metadata.name': 'shop', team: 'web' } };
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
      spec: { finalizers: ['kubernetes'] },
      status: {},
    };
    expect(exportedNamespace(namespace)).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { team: 'web' } },
    });
  });
});
