import { describe, expect, it } from 'vitest';
import { findLayerBreaches } from './layers.ts';

describe('findLayerBreaches', () => {
  it.each([
    ['agent-daemonset/src/agent.ts', '@nannyapi/protocol'],
    ['operator/src/index.ts', '@nannyapi/runtime'],
    ['operator/src/controllers/investigation/reconciler.test.ts', '@nannyapi/standalone/testing'],
    ['operator/src/a/b.ts', '../c/d.ts'],
    ['process/src/clock.ts', 'node:timers'],
  ])('lets %s import %s', (file, specifier) => {
    expect(findLayerBreaches(file, [specifier])).toEqual([]);
  });

  it.each([
    ['agent-daemonset/src/agent.ts', '@nannyapi/runtime'],
    ['operator/src/index.ts', '@nannyapi/api'],
    ['operator/src/index.ts', '@nannyapi/standalone/testing'],
    ['process/src/clock.ts', '@nannyapi/crds'],
    ['api/src/a.ts', '../../operator/src/index.ts'],
    ['api/src/a.ts', '@nannyapi/api'],
  ])('refuses that %s imports %s', (file, specifier) => {
    expect(findLayerBreaches(file, [specifier])).toHaveLength(1);
  });
});
