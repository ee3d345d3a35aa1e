import { describe, expect, it } from 'vitest';
import { nextUninstallStep, remainingFinalizers, type HeldObject, type UninstallState } from './plan.ts';

const HELD: HeldObject = {
  plural: 'investigations',
  namespace: 'shop',
  name: 'slow',
  resourceVersion: '7',
  finalizers: ['nannyai.dev/run', 'example.com/audit'],
};
const AGENTS = { name: 'agents.nannyai.dev', isDeleting: false };

function state(change: Partial<UninstallState>): UninstallState {
  return { leader: undefined, removeData: false, definitions: [], held: [], ...change };
}

describe('nextUninstallStep', () => {
  it('waits for the leader before anything else', () => {
    const step = nextUninstallStep(state({ leader: 'pod-1', removeData: true, definitions: [AGENTS], held: [HELD] }));
    expect(step).toEqual({ do: 'Wait', for: 'the operator pod-1 to stop' });
  });

  it('releases objects and keeps their definitions when data is kept', () => {
    expect(nextUninstallStep(state({ held: [HELD] }))).toEqual({ do: 'Release', objects: [HELD] });
    expect(nextUninstallStep(state({ definitions: [AGENTS] }))).toEqual({ do: 'Finish' });
  });

  it('deletes definitions before it releases objects, so that no new ones come', () => {
    const step = nextUninstallStep(state({ removeData: true, definitions: [AGENTS], held: [HELD] }));
    expect(step).toEqual({ do: 'DeleteDefinitions', names: ['agents.nannyai.dev'] });
  });

  it('releases objects of definitions that are being deleted, and waits until they are gone', () => {
    const definitions = [{ ...AGENTS, isDeleting: true }];
    expect(nextUninstallStep(state({ removeData: true, definitions, held: [HELD] }))).toMatchObject({ do: 'Release' });
    expect(nextUninstallStep(state({ removeData: true, definitions }))).toEqual({
      do: 'Wait',
      for: 'agents.nannyai.dev to be deleted',
    });
  });

  it('finishes when nothing is left', () => {
    expect(nextUninstallStep(state({ removeData: true }))).toEqual({ do: 'Finish' });
  });
});

describe('remainingFinalizers', () => {
  it.each([
    [['nannyai.dev/run', 'example.com/audit', 'nannyai.dev/patch'], ['example.com/audit']],
    [
      ['notnannyai.dev/run', 'nannyai.devious/run'],
      ['notnannyai.dev/run', 'nannyai.devious/run'],
    ],
    [[], []],
  ])('of %j leaves %j', (finalizers, rest) => {
    expect(remainingFinalizers(finalizers)).toEqual(rest);
  });
});
