import { describe, expect, it } from 'vitest';
import { shippedCrds } from '../locations.ts';
import { LEFT_KINDS, MOVED_KINDS } from './moved-kinds.ts';

describe('the kinds that move', () => {
  it('and those that stay are all there are, so that no new kind is forgotten', () => {
    const crds = shippedCrds() as { spec: { names: { kind: string } } }[];
    const decided = [...MOVED_KINDS, ...LEFT_KINDS].map(({ resource }) => resource.kind);
    expect(decided.toSorted()).toEqual(crds.map(({ spec }) => spec.names.kind).toSorted());
  });

  it('are runs wherever the status has a completionTime', () => {
    const crds = shippedCrds() as {
      spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: { properties: CrdProperties } } }[] };
    }[];
    const ending = crds
      .filter(({ spec }) => spec.versions[0]?.schema.openAPIV3Schema.properties.status?.properties?.['completionTime'])
      .map(({ spec }) => spec.names.kind);
    const runs = MOVED_KINDS.filter(({ moves }) => moves === 'Run').map(({ resource }) => resource.kind);
    const left = LEFT_KINDS.map(({ resource }) => resource.kind);
    expect(ending.filter((kind) => !left.includes(kind))).toEqual(runs);
  });
});

interface CrdProperties {
  status?: { properties?: Record<string, unknown> };
}
