import { describe, expect, it } from 'vitest';
import { agentPodOn, podsOf } from '../harness/components.ts';
import { killContainer } from '../harness/container-process.ts';
import { disturb } from '../harness/disturb.ts';
import { killLeader } from '../harness/leader.ts';
import { agentsReady, rolledOut } from '../harness/release.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import type { Story } from '../harness/story.ts';

const MINUTE = 60_000;
const ofRelease = ({ session: { kubectl, access } }: Story): ReturnType<typeof inNamespace> =>
  inNamespace(kubectl, access.namespace);

/** What breaks on an ordinary day of a cluster, each while runs are under way. */
export function disturbances(at: () => Story): void {
  describe('runs that are under way', { timeout: 4 * MINUTE }, () => {
    it('go on when the leader of the operators is killed', async () => {
      const story = at();
      const deed = async (): Promise<void> => {
        const { killedMs, nextLeader } = await killLeader(story);
        await nextLeader;
        tell(
          `another operator led ${((performance.now() - killedMs) / 1000).toFixed(1)} s after its leader was killed`,
        );
      };
      const problems = await disturb(story, { name: 'leader-killed', nodes: story.nodes, deed });
      expect(problems).toEqual([]);
      await rolledOut(story.session);
    });

    it('go on when the pod of one agent is deleted and the process of another is killed', async () => {
      const story = at();
      const [deletedOn = '', killedOn = ''] = story.nodes;
      const deed = async (): Promise<void> => {
        await killContainer(agentPodOn(story, killedOn), ofRelease(story));
        const { metadata } = agentPodOn(story, deletedOn);
        await mustKubectl(ofRelease(story), ['delete', 'pod', metadata.name ?? '', '--wait=false']);
      };
      // Only the one that is killed at once: a task of the other may end while this one is waited for.
      const problems = await disturb(story, { name: 'agents-gone', nodes: [killedOn], deed });
      expect(problems).toEqual([]);
      const first = story.world.tasks.store
        .list()
        .filter(({ metadata }) => new RegExp(`^agents-gone-${killedOn}-.*-0$`, 'u').test(metadata.name ?? ''));
      // Killed in the middle of one: nobody saw its end, and it is not begun again. One that waited for its turn, claimed or
      // not, had not begun, so it may.
      expect(first.map(({ status }) => status?.outcome)).toContain('Unknown');
      await agentsReady(story.session);
    });

    it('go on when the API is rolled', async () => {
      const story = at();
      const deed = async (): Promise<void> => {
        await mustKubectl(ofRelease(story), ['rollout', 'restart', 'deployment/nannyapi-api']);
        await rolledOut(story.session);
      };
      const problems = await disturb(story, { name: 'api-rolled', nodes: story.nodes, deed });
      expect(problems).toEqual([]);
    });

    it('go on when the API server is restarted', async () => {
      const story = at();
      const deed = async (): Promise<void> => await story.kube('restart-api-server');
      const problems = await disturb(story, { name: 'api-server-restarted', nodes: story.nodes, deed });
      expect(problems).toEqual([]);
    });

    it('go on when their node is drained, and it takes work again afterwards', async () => {
      const story = at();
      const [node = ''] = story.nodes;
      const { kubectl } = story.session;
      const deed = async (): Promise<void> => {
        const options = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=90s'];
        await mustKubectl(kubectl, ['drain', node, ...options]);
        expect(podsOf(story, 'operator').filter(({ spec }) => spec.nodeName === node)).toEqual([]);
      };
      const problems = await disturb(story, { name: 'drained', nodes: [node], deed });
      expect(problems).toEqual([]);
      await mustKubectl(kubectl, ['uncordon', node]);
      await rolledOut(story.session);
    });

    it('go on when the power of their node is cut', async () => {
      const story = at();
      const node = story.nodes.at(-1) ?? '';
      const deed = async (): Promise<void> => {
        await story.kube('restart-node', node);
        await mustKubectl(story.session.kubectl, ['wait', `node/${node}`, '--for=condition=Ready', '--timeout=90s']);
      };
      const problems = await disturb(story, { name: 'power-cut', nodes: [node], deed });
      expect(problems).toEqual([]);
      await rolledOut(story.session);
      await agentsReady(story.session);
    });
  });
}

/** Tells a figure beside the results of the tests. */
function tell(text: string): void {
  process.stderr.write(`   ${text}\n`);
}
