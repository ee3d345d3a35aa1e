import { createHash } from 'node:crypto';
import { agentImage } from './images.ts';
import { inNamespace, mustKubectl, type ClusterSession } from './session.ts';
import { SHOP } from './story.ts';

/** How a host without a node comes in. */
export interface OutsideHost {
  name: string;
  /** An install token; without it, it shows a code and waits. */
  token?: string;
}

const NODE = ['/usr/local/bin/node', '/opt/nannyapi/nanny-agent.js'];
const STATE = '/state';

/**
 * Starts a host of its own, as far as the product can tell: a pod without a token of the cluster, that knows nothing but the
 * address of the API and the fingerprint of its authority, as the install command does.
 */
export async function startOutsideHost(session: ClusterSession, { name, token }: OutsideHost): Promise<void> {
  const { kubectl, access } = session;
  const release = inNamespace(kubectl, access.namespace);
  const { data } = await release.json<{ data: Record<string, string> }>(['get', 'configmap', 'nannyapi-api-ca']);
  const fingerprint = createHash('sha256')
    .update(data['ca.crt'] ?? '')
    .digest('hex');
  const enroll = [...NODE, 'enroll', '--url', publicURL(access.namespace), '--ca-fingerprint', fingerprint];
  const how = [...enroll, '--name', name, '--state-dir', STATE].join(' ');
  const run = [...NODE, 'run', '--state-dir', STATE].join(' ');
  const script = token === undefined ? how : `printf %s "$TOKEN" | ${how} --enrollment-token-file -`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: SHOP },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      restartPolicy: 'Never',
      containers: [
        {
          name: 'host',
          image: agentImage(),
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/sh', '-c', `set -e; ${script}; exec ${run}`],
          env: [{ name: 'TOKEN', value: token ?? '' }],
          volumeMounts: [{ name: 'state', mountPath: STATE }],
        },
      ],
      volumes: [{ name: 'state', emptyDir: {} }],
    },
  };
  await mustKubectl(inNamespace(kubectl, SHOP), ['apply', '-f', '-'], JSON.stringify(pod));
}

/** Where hosts and browsers reach the API of the release. */
export function publicURL(namespace: string): string {
  return `https://nannyapi-api.${namespace}.svc:8443`;
}

/** What a host says of itself: the exit status of `nanny-agent status`. */
export async function statusOf({ kubectl }: ClusterSession, name: string): Promise<{ exitCode: number; text: string }> {
  const said = await inNamespace(kubectl, SHOP)(['exec', name, '--', ...NODE, 'status', '--state-dir', STATE]);
  // kubectl tells the status of what it ran in words, where it is not 0.
  const told = /exit code (\d+)/u.exec(said.stderr)?.[1];
  return { exitCode: told === undefined ? said.exitCode : Number(told), text: said.stdout + said.stderr };
}
