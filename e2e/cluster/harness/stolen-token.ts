import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectlFor, type Kubectl, type KubectlResult } from '../../system/kubectl.ts';

interface Kubeconfig {
  clusters: unknown[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  'current-context': string;
}

/** Runs kubectl as whoever bears the token, and as nobody else: no certificate of the admin stands beside it. */
export async function kubectlWithToken(
  admin: Kubectl,
  token: string,
  args: readonly string[],
  input?: string,
): Promise<KubectlResult> {
  const config = await admin.json<Kubeconfig>(['config', 'view', '--raw', '--minify']);
  const cluster = config.contexts[0]?.context.cluster;
  const folder = mkdtempSync(join(tmpdir(), 'nannyapi-token-'));
  try {
    const path = join(folder, 'kubeconfig');
    const bearer = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: config.clusters,
      users: [{ name: 'bearer', user: { token } }],
      contexts: [{ name: 'bearer', context: { cluster, user: 'bearer' } }],
      'current-context': 'bearer',
    };
    writeFileSync(path, JSON.stringify(bearer), { mode: 0o600 });
    return await kubectlFor(path)(args, input);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
