import { createLogger, systemClock, type Clock, type Logger } from '@nannyapi/process';
import type { Condition } from '../src/conditions.ts';
import type { KubeObject, ObjectMeta, ResourceType } from '../src/objects.ts';

/** A kind that exists in tests only. */
export interface Widget extends KubeObject {
  spec: { size?: number; suspend?: boolean; owner?: string };
  status?: { size?: number; observedGeneration?: number; conditions?: Condition[] };
}

export const WidgetResource: ResourceType = {
  group: 'test.nannyai.dev',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

export const WIDGETS_PATH = '/apis/test.nannyai.dev/v1/widgets';
export const A_PATH = '/apis/test.nannyai.dev/v1/namespaces/default/widgets/a';

/** A stored widget `default/<name>`. */
export function widget(
  name: string,
  resourceVersion: string,
  more: Partial<Widget> & { metadata?: ObjectMeta } = {},
): Widget {
  return {
    apiVersion: 'test.nannyai.dev/v1',
    kind: 'Widget',
    spec: {},
    ...more,
    metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1, resourceVersion, ...more.metadata },
  };
}

export const silentLog: Logger = createLogger({ name: 'test', level: 'silent' });

/** A clock whose sleeps end at once; `sleptMs` tells how long each would have been. */
export function impatientClock(): Clock & { sleptMs: number[] } {
  const sleptMs: number[] = [];
  return {
    ...systemClock,
    sleptMs,
    sleep: async (ms, options) => {
      sleptMs.push(ms);
      options?.signal?.throwIfAborted();
    },
  };
}
