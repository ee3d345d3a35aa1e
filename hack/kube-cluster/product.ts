import { join } from 'node:path';
import { runProgram } from './run-program.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILD_MS = 30 * 60_000;
const INSTALL_SECONDS = 300;

/** Where the release is. */
export const RELEASE = { name: 'nannyapi', namespace: 'nannyapi' } as const;

/** Builds our images, unless they are built already. @returns paths of their OCI archives. */
export async function buildImages(): Promise<string[]> {
  const listing = await runProgram(join(ROOT, 'hack/images'), ['build'], { timeoutMs: BUILD_MS, showErrors: true });
  return listing
    .trim()
    .split('\n')
    .map((line) => line.slice(line.indexOf(' ') + 1));
}

/** Installs or upgrades the chart with Helm and waits until all of it is ready. @param kubeconfig path of the cluster's */
export async function installChart(kubeconfig: string): Promise<void> {
  const helm = (await runProgram(join(ROOT, 'hack/fetch-helm'), [], { timeoutMs: BUILD_MS, showErrors: true })).trim();
  const version = (
    await runProgram(process.execPath, ['-p', "require('./package.json').version"], { cwd: ROOT })
  ).trim();
  await runProgram(
    helm,
    [
      '--kubeconfig',
      kubeconfig,
      'upgrade',
      '--install',
      RELEASE.name,
      join(ROOT, 'charts/nannyapi'),
      '--namespace',
      RELEASE.namespace,
      '--create-namespace',
      '--wait',
      '--timeout',
      `${INSTALL_SECONDS}s`,
      '--set',
      'image.registry=localhost',
      '--set',
      `image.tag=${version}`,
    ],
    { timeoutMs: (INSTALL_SECONDS + 10) * 1000 },
  );
}
