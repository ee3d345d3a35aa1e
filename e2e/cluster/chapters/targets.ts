import { describe, expect, it } from 'vitest';
import { ungroundedQuotes } from '../../system/investigate.ts';
import { manifests } from '../harness/manifests.ts';
import { answers, investigationOf, reasonOf, tasksOfRun } from '../harness/runs.ts';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';

const PROMPT = 'Somebody said that this node is slow.';

/** Who may ask about what, from a namespace that is not the release's. */
export function targets(at: () => Story): void {
  describe('an Investigation of a node, from the namespace of people', () => {
    it('is done by the agent of that node, and its verdict is proved', { timeout: 180_000 }, async () => {
      const story = at();
      const asked = await story.ask(
        ...story.nodes.map((nodeName) => ({ name: `how-is-${nodeName}`, spec: { nodeName, prompt: PROMPT } })),
      );
      const ended = await answers(story.session, asked);
      for (const [index, investigation] of ended.entries()) {
        expect(investigation.status?.phase, reasonOf(investigation)).toBe('Completed');
        const tasks = tasksOfRun(story.world.tasks.store.list(), asked[index]!);
        const { namespace } = story.session.access;
        for (const { spec } of tasks) expect(spec.agentRef).toEqual({ name: story.nodes[index], namespace });
        expect(await ungroundedQuotes(inNamespace(story.session.kubectl, SHOP), investigation)).toEqual([]);
      }
    });
  });

  describe('somebody who may create Investigations', () => {
    const asAlice = ['--as', 'alice', '-n', SHOP];

    it('is refused a node that they may not investigate, and told why', async () => {
      const { session, nodes } = at();
      const { kubectl } = session;
      await mustKubectl(kubectl, ['apply', '-f', '-'], rightsOf('alice', { node: nodes[0]! }));
      const ask = (name: string, nodeName: string): ReturnType<typeof kubectl> =>
        kubectl(
          [...asAlice, 'create', '--dry-run=server', '-f', '-'],
          JSON.stringify(investigationOf({ namespace: SHOP, name, spec: { nodeName, prompt: PROMPT } })),
        );
      expect(await ask('alice-may', nodes[0]!)).toMatchObject({ exitCode: 0 });
      const refused = await ask('alice-may-not', nodes[1]!);
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(new RegExp(`investigate.*${nodes[1]}|${nodes[1]}.*investigate`, 'u'));
    });

    it('cannot give work to an agent past the operator', async () => {
      const { session, nodes } = at();
      const task = {
        apiVersion: 'nannyai.dev/v1alpha1',
        kind: 'AgentTask',
        metadata: { namespace: SHOP, name: 'past-the-operator' },
        spec: {
          agentRef: { name: nodes[0], namespace: session.access.namespace },
          type: 'Diagnose',
          actions: [{ id: 'a1', run: { argv: ['uptime'] } }],
          policyHash: `sha256:${'0'.repeat(64)}`,
          timeoutSeconds: 10,
        },
      };
      // The admin may create everything, as far as RBAC is concerned.
      const refused = await session.kubectl(['create', '-f', '-'], JSON.stringify(task));
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toContain('operator');
    });
  });
}

/** May create Investigations in the namespace of people, and investigate one node. */
function rightsOf(user: string, { node }: { node: string }): string {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  const bound = (kind: 'Role' | 'ClusterRole', name: string, rules: object[]): object[] => {
    const metadata = kind === 'Role' ? { name, namespace: SHOP } : { name };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
    return [
      { ...rbac, kind, metadata, rules },
      { ...rbac, kind: `${kind}Binding`, metadata, roleRef, subjects },
    ];
  };
  return manifests([
    ...bound('Role', `${user}-asks`, [
      { apiGroups: ['nannyai.dev'], resources: ['investigations'], verbs: ['create'] },
    ]),
    ...bound('ClusterRole', `${user}-investigates`, [
      { apiGroups: [''], resources: ['nodes'], resourceNames: [node], verbs: ['investigate'] },
    ]),
  ]);
}
