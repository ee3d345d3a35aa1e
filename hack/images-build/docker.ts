import { existsSync, renameSync } from 'node:fs';
import { buildOptions, placeOf, type BuildPlan, type BuiltImage } from './build-images.ts';
import { stage } from './progress.ts';

/** Builds with Docker on the bases that the Dockerfile names; the archives are of `docker save`. */
export async function buildWithDocker(plan: BuildPlan): Promise<BuiltImage[]> {
  if (plan.tools.ask('docker', ['version']) === undefined) throw new Error('docker is not here, or its service is not');
  const built: BuiltImage[] = [];
  for (const target of plan.images) {
    const { name, path: ociPath, version } = placeOf(plan, target);
    const path = ociPath.replace(/\.tar$/, '-docker.tar');
    built.push({ name, path });
    if (existsSync(path)) continue;
    await stage(`${target}: docker build`, async () =>
      plan.tools.run('docker', dockerArgs(plan, { target, name, version })),
    );
    await plan.tools.run('docker', ['save', '-o', `${path}.partial`, name]);
    renameSync(`${path}.partial`, path);
  }
  return built;
}

/** Words of one `docker build`. */
export function dockerArgs(
  plan: Pick<BuildPlan, 'repository' | 'registry' | 'caPath'>,
  image: { target: string; name: string; version: string },
): string[] {
  return ['build', '--target', image.target, ...buildOptions(plan, image.version), '-t', image.name, plan.repository];
}
