import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@nannyapi/process';
import { kubeconfig } from '../../standalone/src/kubeconfig.ts';
import {
  issueClientCertificate,
  issueServerCertificate,
  makeAuthority,
} from '../../standalone/src/tls/certificate-authority.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { credentialsFolder } from './control-plane-arguments.ts';
import { randomToken, tokenFile, type KnownUser } from './users.ts';

/** The kubeconfig of the cluster's admin. */
export function adminKubeconfigPath(folder: string): string {
  return join(folder, 'kubeconfig');
}

/**
 * Makes all keys, certificates, tokens and kubeconfigs of a cluster, readable by their owner alone.
 *
 * Programs prove who they are by a token; only kube-apiserver has a certificate to show to kubelets.
 */
export async function writeCredentials(plan: ClusterPlan): Promise<void> {
  const now = systemClock.now();
  const authority = await makeAuthority(now);
  const apiNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost', '127.0.0.1'];
  const apiServer = await issueServerCertificate(
    authority,
    [...apiNames, plan.machineAddress, plan.apiServiceAddress],
    now,
  );
  const kubeletClient = await issueClientCertificate(
    authority,
    { name: 'kube-apiserver', groups: ['system:masters'] },
    now,
  );
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const users = knownUsers(plan);
  const files: Record<string, string> = {
    'ca.crt': authority.certPem,
    'apiserver.crt': apiServer.certPem,
    'apiserver.key': apiServer.keyPem,
    'kubelet-client.crt': kubeletClient.certPem,
    'kubelet-client.key': kubeletClient.keyPem,
    'accounts.key': accounts.export({ type: 'pkcs1', format: 'pem' }).toString(),
    'tokens.csv': tokenFile(users),
  };
  for (const node of plan.nodes) {
    const server = await issueServerCertificate(authority, [node.name, node.address], now);
    files[`${node.name}.crt`] = server.certPem;
    files[`${node.name}.key`] = server.keyPem;
  }
  for (const { role, token } of users) {
    files[`${role}.kubeconfig`] = kubeconfig({ url: plan.apiUrl, caPem: authority.certPem, token });
  }
  const folder = credentialsFolder(plan.folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
  // Last, where people and tests look for it.
  await rename(join(folder, 'admin.kubeconfig'), adminKubeconfigPath(plan.folder));
}

function knownUsers(plan: ClusterPlan): KnownUser[] {
  const components = ['kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
  return [
    { role: 'admin', name: 'admin', groups: ['system:masters'], token: randomToken() },
    ...components.map((role) => ({ role, name: `system:${role}`, groups: [], token: randomToken() })),
    ...plan.nodes.map(({ name }) => ({
      role: name,
      name: `system:node:${name}`,
      groups: ['system:nodes'],
      token: randomToken(),
    })),
  ];
}
