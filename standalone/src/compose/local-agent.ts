import { API_VERSION, type Agent, AgentResource } from '@nannyapi/crds';
import { KubeApiError, type KubeClient } from '@nannyapi/runtime';

/** The namespace of everything in a one-machine install. */
export const LOCAL_NAMESPACE = 'default';

/**
 * Turns a host name into the name of its Agent: lower case, DNS-1123, at most 63 characters.
 *
 * A host without a usable name is called `this-host`.
 */
export function agentNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'this-host' : name;
}

/** Makes sure that the Agent object of this machine exists; an admin's changes to it are kept. */
export async function ensureLocalAgent(client: KubeClient, name: string, signal: AbortSignal): Promise<void> {
  const agent: Agent = {
    apiVersion: API_VERSION,
    kind: 'Agent',
    metadata: { name, namespace: LOCAL_NAMESPACE },
    spec: { description: 'The machine that the control plane runs on.' },
  };
  try {
    await client.resource<Agent>(AgentResource).create(agent, { signal });
  } catch (error) {
    if (error instanceof KubeApiError && error.code === 'AlreadyExists') return;
    throw error;
  }
}
