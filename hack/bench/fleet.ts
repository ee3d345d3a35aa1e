import { join } from 'node:path';
import { AgentCredentialResource, AgentResource, API_VERSION, type Agent, type AgentCredential } from '@nannyapi/crds';
import type { KubeClient } from '@nannyapi/runtime';
import { findFreePorts } from '@nannyapi/standalone/testing';
import { agentName } from './agents.ts';
import { adminOf } from './cluster.ts';
import { FleetHost, type FleetAccess } from './fleet-host.ts';
import { LAUNCHER, startNode, withFolder } from './processes.ts';

/** A facade that knows enrolled hosts, and the API server under it. */
export interface Fleet extends FleetAccess {
  /** Of the facade alone. */
  pid: number;
  admin: KubeClient;
  hosts: readonly FleetHost[];
  /** Enrols hosts until there are so many. */
  grow(count: number): Promise<void>;
}

const NAMESPACE = 'nannyapi';
/** Objects that are made at once. */
const IN_FLIGHT = 64;
const DAY_MS = 86_400_000;

/** Gives work a facade in a process of its own, on an API server in another one. */
export function withFleet<T>(work: (fleet: Fleet) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    const server = await startNode(
      [...LAUNCHER.flags, join(import.meta.dirname, 'fleet-api-server.ts'), folder],
      LAUNCHER.env,
    );
    stack.defer(() => server.stop());
    const address = JSON.parse(server.firstLine) as { apiUrl: string; caPem: string; adminToken: string };
    const [port = 0] = await findFreePorts(1);
    const files = ['ca.crt', 'admin.token', 'facade.crt', 'facade.key'].map((name) => join(folder, name));
    const args = [join(import.meta.dirname, 'fleet-facade.ts'), address.apiUrl, String(port), ...files];
    // Without the flags of nanny: in a cluster a facade runs without them.
    const facade = await startNode(args);
    stack.defer(() => facade.stop());
    const admin = adminOf(address);
    stack.defer(() => admin.close());
    const { facadeUrl } = JSON.parse(facade.firstLine) as { facadeUrl: string };
    const hosts: FleetHost[] = [];
    await createNamespace(admin);
    return await work({
      facadeUrl,
      caPem: address.caPem,
      nonce: '',
      pid: facade.child.pid,
      admin,
      hosts,
      grow: (count) => grow(admin, hosts, count),
    });
  });
}

async function createNamespace(admin: KubeClient): Promise<void> {
  await admin.raw('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
}

async function grow(admin: KubeClient, hosts: FleetHost[], count: number): Promise<void> {
  let next = hosts.length;
  for (let index = next; index < count; index++) hosts.push(new FleetHost());
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const host = hosts[index];
      if (host) await enrol(admin, host, index);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Makes the objects that an enrolment leaves behind. */
async function enrol(admin: KubeClient, host: FleetHost, index: number): Promise<void> {
  const name = agentName(index);
  const agent = await admin.resource<Agent>(AgentResource).create({
    apiVersion: API_VERSION,
    kind: 'Agent',
    metadata: { namespace: 'default', name },
    spec: {},
  });
  const credentials = admin.resource<AgentCredential>(AgentCredentialResource);
  const ref = { namespace: NAMESPACE, name: host.credentialName };
  await credentials.create({
    apiVersion: API_VERSION,
    kind: 'AgentCredential',
    metadata: ref,
    spec: {
      agentRef: { namespace: 'default', name },
      agentUID: agent.metadata.uid ?? '',
      keyThumbprint: host.keyThumbprint,
    },
  });
  const expirationTime = new Date(Date.now() + DAY_MS).toISOString();
  await credentials.patchStatus(ref, {
    status: { accessTokenHash: host.accessTokenHash, accessTokenExpirationTime: expirationTime, expirationTime },
  });
}
