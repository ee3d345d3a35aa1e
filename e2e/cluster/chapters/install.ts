import { describe, expect, it } from 'vitest';
import { agentsReady, helmUp, rolledOut } from '../harness/release.ts';
import { inNamespace, mustHelm, mustKubectl } from '../harness/session.ts';
import type { Story } from '../harness/story.ts';

/** A person installs the product with one command. */
export function installing(at: () => Story): void {
  describe('helm install', () => {
    it('brings up the operator, the API and an agent on each node', { timeout: 300_000 }, async () => {
      const story = at();
      await story.beginAudit();
      await helmUp(story.session, { verb: 'install' });
      await rolledOut(story.session);
      await story.readGrants();
      story.nodes = await agentsReady(story.session);
      await story.world.watchOurKinds();
      expect(story.nodes.length).toBeGreaterThan(1);
    });

    it('shows each agent to kubectl under the name of its node', async () => {
      const { session, nodes } = at();
      const table = await mustKubectl(inNamespace(session.kubectl, session.access.namespace), ['get', 'agents']);
      const [head = '', ...rows] = table.trim().split('\n');
      expect(head).toMatch(/^NAME\s+READY/u);
      expect(rows.map((row) => row.split(/\s+/u).slice(0, 2))).toEqual(nodes.map((node) => [node, 'True']));
    });

    it('passes helm test', { timeout: 120_000 }, async () => {
      const { session } = at();
      expect(await mustHelm(session, ['test', session.access.release, '--timeout', '90s'])).toContain('Succeeded');
    });
  });
}
