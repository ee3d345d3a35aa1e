import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { disturb } from '../harness/disturb.ts';
import { agentsReady, CHART, helmUp, rolledOut } from '../harness/release.ts';
import { mustHelm, mustKubectl, type ClusterSession } from '../harness/session.ts';
import { SHOP, type Story } from '../harness/story.ts';
import { inClone } from '../harness/tool.ts';

/** The end of an install, by both ways, and between them an upgrade from the chart of the previous commit. */
export function uninstalling(at: () => Story): void {
  describe('helm uninstall', () => {
    it('leaves the kinds and their objects, and nothing else', { timeout: 180_000 }, async () => {
      const { session, questions } = at();
      await uninstall(session);
      await at().endAudit();
      expect(await leftovers(session)).toEqual(ALL_KINDS.map((kind) => `customresourcedefinition/${kind}.nannyai.dev`));
      const { items } = await session.kubectl.json<{ items: object[] }>(['-n', SHOP, 'get', 'investigations']);
      expect(items).toHaveLength(questions.length);
    });
  });

  const previous = previousChart();
  const source =
    previous === undefined ? 'the same chart, for the previous commit has none' : 'that of the previous commit';
  describe(`helm upgrade to the chart from ${source}`, () => {
    afterAll(() => {
      if (previous !== undefined) rmSync(previous, { recursive: true, force: true });
    });

    it('in the middle of runs disturbs none, and finds what was there before', { timeout: 480_000 }, async () => {
      const story = at();
      const before = story.questions.length;
      const chart = previous === undefined ? CHART : join(previous, 'charts/nannyapi');
      await helmUp(story.session, { verb: 'install', chart });
      await agentsReady(story.session);
      const deed = async (): Promise<void> => {
        await helmUp(story.session, { verb: 'upgrade', values: ['uninstall.removeData=true'] });
        await rolledOut(story.session);
        await story.readGrants();
        await story.beginAudit();
      };
      const problems = await disturb(story, { name: 'upgraded', nodes: story.nodes, deed });
      expect(problems).toEqual([]);
      await agentsReady(story.session);
      expect(story.world.investigations.store.list()).toHaveLength(story.questions.length);
      expect(story.questions.length).toBeGreaterThan(before);
    });
  });

  describe('helm uninstall with uninstall.removeData', () => {
    it('leaves nothing at all, and hangs on no finalizer', { timeout: 180_000 }, async () => {
      const { session } = at();
      await uninstall(session);
      await at().endAudit();
      expect(await leftovers(session)).toEqual([]);
      const gone = await session.kubectl(['-n', SHOP, 'get', 'investigations']);
      expect(gone.stderr).toMatch(/doesn't have a resource type|could not find the requested resource/u);
    });
  });
}

const ALL_KINDS = [
  'agentcredentials',
  'agents',
  'agenttasks',
  'devicecodes',
  'enrollmenttokens',
  'evidence',
  'investigations',
  'users',
];

async function uninstall(session: ClusterSession): Promise<void> {
  await mustHelm(session, ['uninstall', session.access.release, '--wait', '--timeout', '120s']);
  // Helm waits for the Deployments, and their last pods take the time that they were given to end.
  const pods = ['pods', '-l', 'app.kubernetes.io/name=nannyapi', '--for=delete', '--timeout=60s'];
  await mustKubectl(session.kubectl, ['-n', session.access.namespace, 'wait', ...pods]);
}

/** Everything of the product that is left in the cluster, but for the objects of people. */
async function leftovers({ kubectl, access }: ClusterSession): Promise<string[]> {
  const clusterWide =
    'customresourcedefinitions,clusterroles,clusterrolebindings,priorityclasses,validatingadmissionpolicies,validatingadmissionpolicybindings';
  const namespaced =
    'deployments,daemonsets,replicasets,pods,services,serviceaccounts,roles,rolebindings,configmaps,secrets,poddisruptionbudgets,networkpolicies,jobs,ingresses';
  const names = await Promise.all([
    mustKubectl(kubectl, ['get', clusterWide, '-o', 'name']),
    mustKubectl(kubectl, ['-n', access.namespace, 'get', namespaced, '-o', 'name']),
  ]);
  return names
    .join('\n')
    .split('\n')
    .filter((name) => /nanny/u.test(name))
    .map((name) => name.replace(/^([a-z]+)(?:\.[a-z0-9.]+)?\//u, '$1/'))
    .toSorted();
}

/** Unpacks the charts of the previous commit; `undefined` where there are none, or no history. */
function previousChart(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'nannyapi-previous-'));
  try {
    const archive = execFileSync('git', ['archive', 'HEAD~1', 'charts/nannyapi'], {
      cwd: inClone('.'),
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
    });
    execFileSync('tar', ['x', '-C', folder], { input: archive });
    if (existsSync(join(folder, 'charts/nannyapi/Chart.yaml'))) return folder;
  } catch {
    // No such commit, or no chart in it.
  }
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}
