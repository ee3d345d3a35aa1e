import { describe, expect, it } from 'vitest';
import { scaleCauses, scaleView } from './scale-view.ts';

const PATHS = {
  specReplicasPath: '.spec.pool.size',
  statusReplicasPath: '.status.size',
  labelSelectorPath: '.status.selector',
};
const view = scaleView(PATHS, true);
const thing = (fields: object): Parameters<typeof view.read>[0] => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '7', labels: { not: 'shown' } },
  ...fields,
});

describe('the scale of an object', () => {
  it('is read from the paths that the definition names', () => {
    const object = thing({ spec: { pool: { size: 3 } }, status: { size: 2, selector: 'a=b' } });
    expect(view.read(object)).toEqual({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '7', creationTimestamp: '' },
      spec: { replicas: 3 },
      status: { replicas: 2, selector: 'a=b' },
    });
  });

  it('is zero where the object says nothing, which can be told from a zero that it says', () => {
    expect(view.read(thing({}))).toMatchObject({ spec: {}, status: { replicas: 0 } });
    expect([thing({}), thing({ spec: { pool: { size: 0 } } })].map((object) => view.hasReplicas(object))).toEqual([
      false,
      true,
    ]);
  });

  it('is written into a copy, beside what is there', () => {
    const object = thing({ spec: { pool: { other: 1 } } });
    expect(view.withReplicas(object, 4)['spec']).toEqual({ pool: { other: 1, size: 4 } });
    expect(view.withReplicas(thing({}), 4)['spec']).toEqual({ pool: { size: 4 } });
    expect(object['spec']).toEqual({ pool: { other: 1 } });
  });

  it('is a number of 32 bits that is not negative', () => {
    const fieldsOf = (fields: object): string[] => scaleCauses(thing(fields), PATHS).map(({ field }) => field);
    expect(fieldsOf({ spec: { pool: { size: -1 } }, status: { size: 2_147_483_648 } })).toEqual([
      '.spec.pool.size',
      '.status.size',
    ]);
    expect(fieldsOf({ spec: { pool: { size: 2_147_483_647 } } })).toEqual([]);
  });
});
