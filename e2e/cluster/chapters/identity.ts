import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_PATHS } from '@nannyapi/protocol';
import { agentPodOn } from '../harness/components.ts';
import { forwardFacade, type ForwardedFacade } from '../harness/facade.ts';
import { answers, taskUnderWay } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { kubectlWithToken } from '../harness/stolen-token.ts';
import type { Story } from '../harness/story.ts';

const JOURNAL_ID = '00000000-0000-4000-8000-00000000c0de';

/** An agent is the agent of its node, and of no other. */
export function identity(at: () => Story): void {
  describe('the token of one agent', () => {
    let facade: ForwardedFacade;
    /** Of each node, in their order. */
    let tokens: string[];

    beforeAll(async () => {
      const story = at();
      const kubectl = inNamespace(story.session.kubectl, story.session.access.namespace);
      facade = await forwardFacade(story.session);
      tokens = await Promise.all(
        story.nodes.map(async (node) => {
          const pod = agentPodOn(story, node).metadata.name ?? '';
          return (await mustKubectl(kubectl, ['exec', pod, '--', 'cat', '/host/var/lib/nannyapi/token/token'])).trim();
        }),
      );
    });
    afterAll(async () => facade.close());

    it('neither sees nor touches a task of another node', { timeout: 120_000 }, async () => {
      const story = at();
      const [, other = ''] = story.nodes;
      const spec = { nodeName: other, prompt: 'Whose task is this, and who may see it?' };
      const asked = await story.ask({ name: 'whose-task', spec });
      const task = await taskUnderWay(story.world, asked[0]!);
      const uid = task.metadata.uid ?? '';
      const foreign = tokens[0] ?? '';
      expect(await facade.tasksOnStream(foreign)).not.toContain(uid);
      const result = { journalID: JOURNAL_ID, outcome: 'Succeeded', results: [] };
      const calls = [
        await facade.call(foreign, 'POST', AGENT_PATHS.claim(uid), { journalID: JOURNAL_ID }),
        await facade.call(foreign, 'POST', AGENT_PATHS.progress(uid), {}),
        await facade.call(foreign, 'POST', AGENT_PATHS.result(uid), result),
      ];
      expect(calls.map(({ status }) => status)).toEqual([404, 404, 404]);
      const [investigation] = await answers(story.session, asked);
      expect(investigation?.status?.phase).toBe('Completed');
      const after = story.world.tasks.store.get(`${task.metadata.namespace}/${task.metadata.name}`);
      expect(after?.status?.claim).toEqual(task.status?.claim);
    });

    it('is nothing to the API server', async () => {
      const { session, nodes } = at();
      expect(tokens).toHaveLength(nodes.length);
      for (const token of tokens) {
        const { exitCode, stderr } = await kubectlWithToken(session.kubectl, token, ['get', 'agents']);
        expect(exitCode).not.toBe(0);
        expect(stderr).toMatch(/Unauthorized|logged in|provide credentials/u);
      }
    });
  });
}
