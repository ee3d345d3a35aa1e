import type { KubeObject } from '@nannyapi/runtime';
import { describe, expect, it } from 'vitest';
import { planImport } from './plan-import.ts';

const NOW = new Date('2026-03-02T08:00:00Z');
const ENDED = '2026-03-01T12:05:00Z';

function condition(status: string, reason: string, message = reason) {
  return { type: 'Succeeded', status, reason, message, lastTransitionTime: ENDED, observedGeneration: 3 };
}
const RESULT = {
  phase: 'Completed',
  conditions: [condition('True', 'NoFaultFound')],
  completionTime: ENDED,
  observedGeneration: 3,
};
const RUNNING = {
  phase: 'InProgress',
  conditions: [condition('Unknown', 'InProgress')],
  steps: [{}, {}],
  findings: ['f'],
};
const OPERATORS_WORD = {
  phase: 'Failed',
  conditions: [condition('False', 'Restored', 'a copy')],
  completionTime: '2026-03-02T07:59:59Z',
  steps: [],
};

function exported(status?: object, more: { spec?: object; labels?: Record<string, string> } = {}): KubeObject {
  const annotations = { 'nannyai.dev/run-uid': 'old' };
  return {
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Investigation',
    metadata: { name: 'slow', namespace: 'default', annotations, labels: more.labels ?? {} },
    spec: more.spec ?? { prompt: 'Why is it slow?' },
    ...(status ? { status } : {}),
  };
}

/** The object as a cluster has it: a copy unless told otherwise. */
function present(status?: object, more: Partial<KubeObject['metadata']> & { spec?: object } = {}): KubeObject {
  const { spec, ...metadata } = more;
  const object = exported(status, spec ? { spec } : {});
  return { ...object, metadata: { ...object.metadata, uid: 'new', generation: 1, resourceVersion: '9', ...metadata } };
}

const plan = (from: KubeObject, to: KubeObject) => planImport(from, to, { moves: 'Run', now: NOW });

describe('planImport of a run that had ended', () => {
  it.each<[string, KubeObject]>([
    ['was just created', present()],
    ['the operator called Restored meanwhile', present(OPERATORS_WORD)],
    ['has a status without an end', present(RUNNING)],
  ])('gives its result to the copy that %s, as of the generation there', (_, copy) => {
    expect(plan(exported(RESULT), copy)).toEqual({
      kind: 'Complete',
      status: { ...RESULT, observedGeneration: 1, conditions: [{ ...RESULT.conditions[0], observedGeneration: 1 }] },
    });
  });

  it.each<[string, KubeObject]>([
    ['has the result', present(RESULT)],
    ['has it of another generation', present({ ...RESULT, observedGeneration: 1 })],
    [
      'has fields of its own beside it',
      present(RESULT, { labels: { mine: 'x' }, spec: { prompt: 'Why is it slow?', suspend: true } }),
    ],
    ['is the exported object itself', present(RESULT, { uid: 'old', annotations: {} })],
  ])('leaves alone a copy that %s', (_, copy) => {
    expect(plan(exported(RESULT), copy)).toEqual({ kind: 'Unchanged' });
  });

  it.each<[string, KubeObject, string]>([
    ['has no mark', present(RESULT, { annotations: {} }), 'another run'],
    [
      'has the mark of another run',
      present(RESULT, { annotations: { 'nannyai.dev/run-uid': 'third' } }),
      'another run',
    ],
    ['has another spec', present(RESULT, { spec: { prompt: 'Why?' } }), 'spec.prompt'],
    ['has another result', present({ ...RESULT, phase: 'Failed' }), 'status.phase'],
    ['is being deleted', present(RESULT, { deletionTimestamp: ENDED }), 'deleted'],
    ['is the exported object and went on', present(RUNNING, { uid: 'old' }), 'changed since'],
  ])('never touches an object that %s', (_, object, words) => {
    expect(plan(exported(RESULT), object)).toMatchObject({ kind: 'Differs', because: expect.stringContaining(words) });
  });

  it('names a label that is missing, and no more fields than one reads', () => {
    const labels = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`l${index}`, 'x']));
    expect(plan(exported(RESULT, { labels }), present(RESULT))).toMatchObject({
      kind: 'Differs',
      because: expect.stringMatching(/^metadata\.labels\.l0, .* and 2 more$/),
    });
  });
});

describe('planImport of a run that had not ended', () => {
  it('ends it as Restored and says how far it was, with all that was found', () => {
    expect(plan(exported(RUNNING), present())).toMatchObject({
      kind: 'Complete',
      status: {
        phase: 'Failed',
        findings: ['f'],
        steps: [{}, {}],
        completionTime: '2026-03-02T08:00:00Z',
        conditions: [
          {
            type: 'Succeeded',
            status: 'False',
            reason: 'Restored',
            message: expect.stringContaining('under way (2 steps)'),
          },
          { type: 'Diagnosed', status: 'False', reason: 'Restored' },
        ],
      },
    });
    expect(plan(exported(), present())).toMatchObject({
      status: { conditions: [{ message: expect.stringContaining('had not begun') }, {}] },
    });
  });

  it('says more than the operator did, once, and keeps the time of the end', () => {
    const first = plan(exported(RUNNING), present(OPERATORS_WORD));
    expect(first).toMatchObject({ kind: 'Complete', status: { completionTime: '2026-03-02T07:59:59Z' } });
    if (first.kind !== 'Complete') throw new Error('unreachable');
    const later = new Date('2026-04-01T00:00:00Z');
    expect(planImport(exported(RUNNING), present(first.status), { moves: 'Run', now: later })).toEqual({
      kind: 'Unchanged',
    });
  });

  it('leaves the exported object itself to run on', () => {
    const original = present(RUNNING, { uid: 'old', annotations: {} });
    expect(plan(exported(RUNNING), original)).toEqual({ kind: 'Unchanged' });
    expect(plan(exported(RUNNING), { ...original, status: RESULT })).toMatchObject({ kind: 'Differs' });
  });

  it('forgets what it waited for a person for', () => {
    const stalled = { ...condition('True', 'TaskNameTaken'), type: 'Stalled' };
    const result = plan(exported({ ...RUNNING, conditions: [stalled] }), present());
    expect(result).toMatchObject({
      kind: 'Complete',
      status: { conditions: [{ type: 'Diagnosed' }, { type: 'Succeeded' }] },
    });
  });
});

describe('planImport of an agent', () => {
  const agent = (spec: object, status?: object): KubeObject => ({
    apiVersion: 'nannyai.dev/v1alpha1',
    kind: 'Agent',
    metadata: { name: 'web-1', namespace: 'default' },
    spec,
    ...(status ? { status } : {}),
  });

  it.each<[object, object, string]>([
    [{ description: 'web' }, { description: 'web', access: 'Enabled' }, 'Unchanged'],
    [{}, {}, 'Unchanged'],
    [{ suspend: true }, {}, 'Differs'],
    [{ description: 'web' }, { description: 'db' }, 'Differs'],
  ])('with spec %j over one with %j: %s', (from, to, kind) => {
    expect(planImport(agent(from), agent(to, { phase: 'Active' }), { moves: 'Spec', now: NOW })).toMatchObject({
      kind,
    });
  });
});
