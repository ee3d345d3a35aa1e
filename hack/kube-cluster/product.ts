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

/**
 * Installs or upgrades the chart with Helm and waits until all of it is ready.
 *
 * @param kubeconfig path of the cluster's
 * @param images archives that were loaded: their names tell one build from another of the same version
 */
export async function installChart(kubeconfig: string, images: readonly string[] = []): Promise<void> {
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
      // The tag stays while the code changes; a pod that runs the code of before must go all the same.
      ...buildAnnotations(images),
    ],
    { timeoutMs: (INSTALL_SECONDS + 10) * 1000 },
  );
}

/** Values that mark the pods of each component with the build of its image. */
export function buildAnnotations(images: readonly string[]): string[] {
  return images.flatMap((path) => {
    const [, component, build] = /nannyapi-(operator|api|agent)-[^/]*-([0-9a-f]+)\.tar$/.exec(path) ?? [];
    return component === undefined ? [] : ['--set-string', `${component}.podAnnotations.nannyai\\.dev/build=${build}`];
  });
}
