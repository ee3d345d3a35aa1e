import { Story } from '../../../e2e/cluster/harness/story.ts';
import { provideCluster } from '../../../e2e/cluster/harness/provide-cluster.ts';
import type { Benchmark, Measurement } from '../measurement.ts';
import { failOver } from './fail-over.ts';
import { footprint } from './footprint.ts';
import { install } from './install.ts';
import { verdict } from './verdict.ts';

/** The product on a cluster of two nodes that shares this machine with it. */
export const kube: Benchmark = {
  name: 'kube',
  how: 'helm install on a cluster of two nodes on this machine; its figures are of the containers’ first processes',
  run: async () => {
    const provided = await provideCluster();
    try {
      const { cluster } = provided;
      if ('missing' in cluster) {
        console.error(`left out: ${cluster.missing}`);
        return [];
      }
      return await measure(await Story.open(cluster));
    } finally {
      await provided.release();
    }
  },
};

async function measure(story: Story): Promise<Measurement[]> {
  try {
    return [
      ...(await install(story)),
      ...(await verdict(story)),
      ...(await failOver(story)),
      ...(await footprint(story)),
    ];
  } finally {
    await story.close();
  }
}
