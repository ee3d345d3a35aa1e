import { AgentResource, API_VERSION, type Agent } from '@nannyapi/crds';
import { createLogger } from '@nannyapi/process';
import { createKubeClient, type KubeClient } from '@nannyapi/runtime';
import { agentName } from './agents.ts';
import type { ControlPlaneAddress } from './processes.ts';

/** A policy hash in the right form. */
export const POLICY_HASH = `sha256:${'0'.repeat(64)}`;
/** The journal of all agents of the bench. */
export const JOURNAL_ID = '00000000-0000-4000-8000-000000000001';

/** A client of the admin. */
export function adminOf({
  apiUrl,
  caPem,
  adminToken,
}: Pick<ControlPlaneAddress, 'apiUrl' | 'caPem' | 'adminToken'>): KubeClient {
  const log = createLogger({ name: 'bench', level: 'error', destination: process.stderr });
  return createKubeClient({ server: { url: apiUrl, caPem, token: adminToken }, userAgent: 'bench', log });
}

/** Makes the Agent objects with numbers 0 to count - 1. */
export async function createAgents(client: KubeClient, count: number): Promise<void> {
  const agents = client.resource<Agent>(AgentResource);
  for (let index = 0; index < count; index++)
    await agents.create({
      apiVersion: API_VERSION,
      kind: 'Agent',
      metadata: { namespace: 'default', name: agentName(index) },
      spec: {},
    });
}
