import type { RbacObject } from '../../../hack/rbac-usage/granted-rights.ts';
import { loadAll } from 'js-yaml';
import { publicURL } from './outside-host.ts';
import { mustHelm, mustKubectl, type ClusterSession } from './session.ts';
import { inClone } from './tool.ts';

/** The chart of this clone. */
export const CHART = inClone('charts/nannyapi');

/** Deployments and DaemonSets of the product. */
export const WORKLOADS = [
  'deployment/nannyapi-operator',
  'deployment/nannyapi-api',
  'daemonset/nannyapi-agent',
] as const;

/** Installs the product, or upgrades it, and waits until all of it is ready. */
export async function helmUp(
  session: ClusterSession,
  { verb, chart = CHART, values = [] }: { verb: 'install' | 'upgrade'; chart?: string; values?: readonly string[] },
): Promise<void> {
  // People and hosts from outside are served from the first install on.
  const all = [`api.publicURL=${publicURL(session.access.namespace)}`, ...values];
  const settings = all.flatMap((value) => ['--set', value]);
  const creation = verb === 'install' ? ['--create-namespace'] : [];
  const wait = ['--wait', '--timeout', '240s'];
  await mustHelm(session, [verb, session.access.release, chart, ...creation, ...wait, ...settings]);
}

/** Waits until each workload has all its pods, of the newest kind. */
export async function rolledOut({ kubectl, access }: ClusterSession): Promise<void> {
  for (const workload of WORKLOADS)
    await mustKubectl(kubectl, ['-n', access.namespace, 'rollout', 'status', workload, '--timeout=120s']);
}

/** Waits until the agent of each node is Ready; the names of the nodes. */
export async function agentsReady({ kubectl, access }: ClusterSession): Promise<string[]> {
  const nodes = (await mustKubectl(kubectl, ['get', 'nodes', '-o', 'name'])).trim().split('\n');
  const names = nodes.map((node) => node.replace('node/', ''));
  const agents = names.map((name) => `agent/${name}`);
  await mustKubectl(kubectl, ['-n', access.namespace, 'wait', '--for=create', ...agents, '--timeout=60s']);
  await mustKubectl(kubectl, ['-n', access.namespace, 'wait', '--for=condition=Ready', ...agents, '--timeout=60s']);
  return names;
}

/** All objects of the release as Helm rendered them, hooks too. */
export async function releaseObjects(session: ClusterSession): Promise<RbacObject[]> {
  const texts = await Promise.all(
    ['manifest', 'hooks'].map((part) => mustHelm(session, ['get', part, session.access.release])),
  );
  return texts.flatMap((text) => loadAll(text)).filter((object): object is RbacObject => Boolean(object));
}
