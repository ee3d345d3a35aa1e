import type { Story } from './story.ts';
import type { Pod } from './world.ts';

/** The pods of one component, as last heard. */
export function podsOf({ world, session }: Story, component: 'operator' | 'api' | 'agent'): Pod[] {
  return world.pods.store
    .list()
    .filter(
      ({ metadata }) =>
        metadata.namespace === session.access.namespace &&
        metadata.labels?.['app.kubernetes.io/component'] === component,
    );
}

/** The agent's pod on a node. */
export function agentPodOn(story: Story, node: string): Pod {
  const pod = podsOf(story, 'agent').find(({ spec }) => spec.nodeName === node);
  if (!pod) throw new Error(`no agent on ${node}`);
  return pod;
}
