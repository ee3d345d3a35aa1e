import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const FETCH_KUBE = join(import.meta.dirname, '../../hack/fetch-kube');

/** Where etcd, kube-apiserver and kube-controller-manager are, or why there are none. */
export type KubeBinaries = { folder: string } | { missing: string };

/** Looks for the programs of a real control plane; compiles nothing, which is for `hack/fetch-kube` to do. */
export function findKubeBinaries(): KubeBinaries {
  try {
    return { folder: execFileSync(FETCH_KUBE, ['--cached'], { encoding: 'utf8', stdio: 'pipe' }).trim() };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return { missing: stderr?.trim() ?? String(error) };
  }
}
