import { agentsReady, helmUp, rolledOut } from '../../../e2e/cluster/harness/release.ts';
import type { Story } from '../../../e2e/cluster/harness/story.ts';
import type { Measurement } from '../measurement.ts';

/** Installs the product with Helm, on nodes that have its images. */
export async function install(story: Story): Promise<Measurement[]> {
  const startedMs = performance.now();
  await helmUp(story.session, { verb: 'install' });
  await rolledOut(story.session);
  story.nodes = await agentsReady(story.session);
  const seconds = (performance.now() - startedMs) / 1000;
  await story.world.watchOurKinds();
  return [{ what: 'helm install → operator, API and the agent of each node Ready', value: seconds, unit: 's' }];
}
