import { beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '@nannyapi/crds';
import { inNamespace, mustKubectl } from '../harness/session.ts';
import { kubectlWithToken } from '../harness/stolen-token.ts';
import { SHOP, type Story } from '../harness/story.ts';

/** Three people, and the role of the chart that each of them has. */
const ROLES = { onlooker: 'viewer', detective: 'investigator', captain: 'admin' } as const;
type Person = keyof typeof ROLES;

const PROMPT = 'May I ask this, and in this name?';
const ON_POD = { podRef: { name: 'shop' }, prompt: PROMPT };
const USER = { provider: 'github', subject: '12345' };
const TASK = {
  agentRef: { name: 'x' },
  type: 'Diagnose',
  actions: [{ id: 'a1', run: { argv: ['uptime'] } }],
  policyHash: `sha256:${'0'.repeat(64)}`,
  timeoutSeconds: 10,
};

/** What somebody creates, and words of the refusal; none where it is let through. */
interface Try {
  who: Person | 'admin of the cluster';
  kind: string;
  spec: object;
  refusal?: RegExp;
}

const RIGHT = (plural: string): RegExp => new RegExp(`cannot create resource "${plural}"`, 'u');
const POLICY = (name: string): RegExp => new RegExp(`ValidatingAdmissionPolicy 'nannyapi-${name}' with binding`, 'u');

const TRIES: Try[] = [
  { who: 'onlooker', kind: 'Investigation', spec: ON_POD, refusal: RIGHT('investigations') },
  { who: 'detective', kind: 'Investigation', spec: ON_POD },
  { who: 'detective', kind: 'Investigation', spec: { ...ON_POD, requestedBy: '{detective}' } },
  {
    who: 'detective',
    kind: 'Investigation',
    spec: { ...ON_POD, requestedBy: '{captain}' },
    refusal: POLICY('requested-by'),
  },
  {
    who: 'detective',
    kind: 'Investigation',
    spec: { nodeName: 'x', prompt: PROMPT },
    refusal: POLICY('investigation-targets'),
  },
  { who: 'captain', kind: 'Investigation', spec: { nodeName: 'x', prompt: PROMPT } },
  {
    who: 'captain',
    kind: 'Investigation',
    spec: { ...ON_POD, requestedBy: '{detective}' },
    refusal: POLICY('requested-by'),
  },
  { who: 'captain', kind: 'AgentTask', spec: TASK, refusal: RIGHT('agenttasks') },
  { who: 'admin of the cluster', kind: 'AgentTask', spec: TASK, refusal: POLICY('task-creators') },
  { who: 'detective', kind: 'Agent', spec: {}, refusal: RIGHT('agents') },
  { who: 'captain', kind: 'Agent', spec: { owner: '{captain}' } },
  { who: 'captain', kind: 'Agent', spec: { owner: '{detective}' }, refusal: POLICY('agent-owners') },
  { who: 'captain', kind: 'Agent', spec: { nodeName: 'x' }, refusal: POLICY('agent-owners') },
  { who: 'captain', kind: 'User', spec: USER, refusal: RIGHT('users') },
  { who: 'admin of the cluster', kind: 'User', spec: USER, refusal: POLICY('identity-writers') },
];

/** What people may do with kubectl, past the product's API. */
export function peopleWithKubectl(at: () => Story): void {
  describe('somebody with kubectl', () => {
    const tokens = new Map<string, string>();

    beforeAll(async () => {
      const kubectl = inNamespace(at().session.kubectl, SHOP);
      for (const [name, role] of Object.entries(ROLES)) {
        await mustKubectl(kubectl, ['create', 'serviceaccount', name]);
        const [kind, binding] = role === 'admin' ? ['clusterrolebinding', `shop-${name}`] : ['rolebinding', name];
        const bound = [`--clusterrole=nannyapi-${role}`, `--serviceaccount=${SHOP}:${name}`];
        await mustKubectl(kubectl, ['create', kind, binding, ...bound]);
        tokens.set(name, (await mustKubectl(kubectl, ['create', 'token', name])).trim());
      }
    });

    it.each(TRIES)(
      'who is $who creates $kind $spec, or is refused by $refusal',
      async ({ who, kind, spec, refusal }) => {
        const { kubectl } = at().session;
        const named = JSON.stringify(spec).replaceAll(/\{(\w+)\}/gu, `system:serviceaccount:${SHOP}:$1`);
        const object = {
          apiVersion: API_VERSION,
          kind,
          metadata: { name: 'tried' },
          spec: JSON.parse(named) as object,
        };
        const args = ['-n', SHOP, 'create', '--dry-run=server', '-f', '-'];
        const token = tokens.get(who);
        const said =
          token === undefined
            ? await kubectl(args, JSON.stringify(object))
            : await kubectlWithToken(kubectl, token, args, JSON.stringify(object));
        const expected = { exitCode: refusal === undefined ? 0 : 1, stderr: expect.stringMatching(refusal ?? /^$/u) };
        expect(said).toMatchObject(expected);
      },
    );

    it('may do what `kubectl auth can-i` says', async () => {
      const can = async (who: Person, ...what: string[]): Promise<string> => {
        const { kubectl } = at().session;
        return (
          await kubectlWithToken(kubectl, tokens.get(who) ?? '', ['-n', SHOP, 'auth', 'can-i', ...what])
        ).stdout.trim();
      };
      expect(await can('onlooker', 'get', 'investigations.nannyai.dev')).toBe('yes');
      expect(await can('onlooker', 'get', 'evidence.nannyai.dev')).toBe('no');
      expect(await can('detective', 'investigate', 'agents.nannyai.dev')).toBe('yes');
      expect(await can('detective', 'upgrade', 'agents.nannyai.dev')).toBe('no');
      expect(await can('captain', 'upgrade', 'agents.nannyai.dev')).toBe('yes');
      expect(await can('captain', 'get', 'secrets')).toBe('no');
    });
  });
}
