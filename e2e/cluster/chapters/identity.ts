import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT_PATHS } from '@nannyapi/protocol';
import { agentPodOn } from '../harness/components.ts';
import { callFrom, type StolenCall } from '../harness/impostor.ts';
import { answers, taskUnderWay } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { kubectlWithToken } from '../harness/stolen-token.ts';
import type { Story } from '../harness/story.ts';

const JOURNAL_ID = '00000000-0000-4000-8000-00000000c0de';

/** An agent is the agent of its node, and of no other. */
export function identity(at: () => Story): void {
  describe('the token of the agent of one node', () => {
    let token = '';

    beforeAll(async () => {
      const story = at();
      const kubectl = inNamespace(story.session.kubectl, story.session.access.namespace);
      const pod = agentPodOn(story, story.nodes[0] ?? '').metadata.name ?? '';
      token = (await mustKubectl(kubectl, ['exec', pod, '--', 'cat', '/var/lib/nannyapi/token/token'])).trim();
    });

    it('neither sees nor touches a task of another node', { timeout: 120_000 }, async () => {
      const story = at();
      const [own = '', other = ''] = story.nodes;
      const spec = { nodeName: other, prompt: 'Whose task is this, and who may see it?' };
      const asked = await story.ask({ name: 'whose-task', spec });
      const task = await taskUnderWay(story.world, asked[0]!);
      const uid = task.metadata.uid ?? '';
      const calls: StolenCall[] = [...callsOn(uid), { method: 'GET', path: AGENT_PATHS.stream }];
      const said = await callFrom(story, { name: 'neighbour', node: own, token, calls });
      expect(said.map(({ status }) => status)).toEqual([404, 404, 200]);
      // The stream is that of its own agent.
      expect(said[2]?.text).toContain(`"agent":"${story.session.access.namespace}/${own}"`);
      expect(said[2]?.text).not.toContain(uid);
      const [investigation] = await answers(story.session, asked);
      expect(investigation?.status?.phase).toBe('Completed');
      const after = story.world.tasks.store.get(`${task.metadata.namespace}/${task.metadata.name}`);
      expect(after?.status?.claim).toEqual(task.status?.claim);
    });

    it('is of no use to who copied it to another node', { timeout: 120_000 }, async () => {
      const story = at();
      const calls: StolenCall[] = [{ method: 'GET', path: AGENT_PATHS.stream }, ...callsOn(JOURNAL_ID)];
      const said = await callFrom(story, { name: 'thief', node: story.nodes[1] ?? '', token, calls });
      expect(said.map(({ status }) => status)).toEqual([403, 403, 403]);
      expect(said[0]?.text).toContain('no address of that node');
    });

    it('is nothing to the API server', async () => {
      const { session } = at();
      const { exitCode, stderr } = await kubectlWithToken(session.kubectl, token, ['get', 'agents']);
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(/Unauthorized|logged in|provide credentials/u);
    });
  });
}

function callsOn(uid: string): StolenCall[] {
  const result = { journalID: JOURNAL_ID, outcome: 'Succeeded', results: [] };
  return [
    {
      method: 'POST',
      path: AGENT_PATHS.claim(uid),
      body: { journalID: JOURNAL_ID, policyHash: `sha256:${'0'.repeat(64)}` },
    },
    { method: 'POST', path: AGENT_PATHS.result(uid), body: result },
  ];
}
