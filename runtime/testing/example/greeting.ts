import type { Condition } from '../../src/conditions.ts';
import type { KubeObject, ResourceType } from '../../src/objects.ts';

/** Asks for a ConfigMap that greets somebody. */
export interface Greeting extends KubeObject {
  spec: { to: string; suspend?: boolean };
  status?: { observedGeneration?: number; conditions?: Condition[] };
}

/** The part of a ConfigMap that the example needs. */
export interface ConfigMap extends KubeObject {
  data: { text: string };
}

export const GreetingResource: ResourceType = {
  group: 'example.nannyai.dev',
  version: 'v1',
  kind: 'Greeting',
  plural: 'greetings',
  namespaced: true,
};

export const ConfigMapResource: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
