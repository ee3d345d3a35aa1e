import { createLogger } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { kubectlFor, type Kubectl, type KubectlResult } from '../../system/kubectl.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { inClone, mustRun, runTool, type ToolResult } from './tool.ts';

/** The tools of a person at a cluster, and a client for what has to be watched. */
export interface ClusterSession {
  readonly access: ClusterAccess;
  readonly kubectl: Kubectl;
  readonly client: KubeClient;
  /** Runs Helm in the namespace of the release; ends after five minutes at the latest. */
  helm(args: readonly string[]): Promise<ToolResult>;
  close(): Promise<void>;
}

/** Opens a session as the admin of the cluster. */
export async function openSession(access: ClusterAccess): Promise<ClusterSession> {
  const log = createLogger({ name: 'cluster-tests', level: 'fatal' });
  const { kubeconfigPath, namespace } = access;
  const client = createKubeClient({ kubeconfigPath, userAgent: 'cluster-tests', log });
  const helm = (await mustRun(inClone('hack/fetch-helm'), [])).trim();
  return {
    access,
    kubectl: kubectlFor(kubeconfigPath),
    client,
    helm: (args) =>
      runTool(helm, ['--kubeconfig', kubeconfigPath, '--namespace', namespace, ...args], { deadlineMs: 300_000 }),
    close: () => client.close(),
  };
}

/** The same kubectl, bound to a namespace. */
export function inNamespace(kubectl: Kubectl, namespace: string): Kubectl {
  const within = (args: readonly string[]): string[] => ['--namespace', namespace, ...args];
  const call = (args: readonly string[], input?: string): Promise<KubectlResult> => kubectl(within(args), input);
  return Object.assign(call, {
    json: <T>(args: readonly string[]) => kubectl.json<T>(within(args)),
    start: (args: readonly string[]) => kubectl.start(within(args)),
  });
}

/** Runs kubectl, which must succeed, and gives what it printed. @throws Error with kubectl's own words. */
export async function mustKubectl(kubectl: Kubectl, args: readonly string[], input?: string): Promise<string> {
  const { exitCode, stdout, stderr } = await kubectl(args, input);
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Runs Helm, which must succeed, and gives what it printed. @throws Error with Helm's own words. */
export async function mustHelm(session: ClusterSession, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await session.helm(args);
  if (exitCode !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}
