import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeBuildBase, makeDebianBase } from './bases.ts';
import { buildInputs, digestOf } from './build-inputs.ts';
import { stage } from './progress.ts';
import type { ToolRunner } from './run-tool.ts';
import { ImageStore } from './store.ts';

/** Targets of the Dockerfile that are images. */
export const IMAGES = ['operator', 'api', 'agent'] as const;
/** One of them. */
export type ImageTarget = (typeof IMAGES)[number];

/** What is to be built, and with what. */
export interface BuildPlan {
  repository: string;
  cache: string;
  images: readonly ImageTarget[];
  tools: ToolRunner;
  /** Registry of npm packages, where it is not the usual one. */
  registry: string | undefined;
  /** Certificates to trust on the way to the npm registry, besides Node's own; `undefined` where there are none. */
  caPath: string | undefined;
}

/** An image in an archive. */
export interface BuiltImage {
  name: string;
  path: string;
}

interface Place extends BuiltImage {
  target: ImageTarget;
  version: string;
}

/** How many archives of an image are kept: the last ones built. */
const KEPT_ARCHIVES = 3;
const SBOM = 'usr/share/doc/nannyapi/sbom.spdx.json';

/** Options that buildah and docker share. */
export function buildOptions({ registry, caPath }: Pick<BuildPlan, 'registry' | 'caPath'>, version: string): string[] {
  return [
    '--build-arg',
    `VERSION=${version}`,
    ...(registry === undefined ? [] : ['--build-arg', `NPM_CONFIG_REGISTRY=${registry}`]),
    ...(caPath === undefined ? [] : ['--secret', `id=ca.pem,src=${caPath}`]),
  ];
}

/** Whether a word names an image. */
export function isImage(word: string): word is ImageTarget {
  return (IMAGES as readonly string[]).includes(word);
}

/** Name and archive of an image, by what it is built from. */
export function placeOf(
  plan: Pick<BuildPlan, 'repository' | 'cache'>,
  target: ImageTarget,
): BuiltImage & { version: string } {
  const { repository, cache } = plan;
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
  const ignore = readFileSync(join(repository, '.dockerignore'), 'utf8');
  const inputs = ['Dockerfile', '.dockerignore', ...buildInputs(repository, ignore)];
  const digest = digestOf(repository, inputs, [process.arch]);
  const path = join(cache, 'archives', `nannyapi-${target}-${version}-${digest}.tar`);
  return { name: `localhost/nannyapi-${target}:${version}`, path, version };
}

/**
 * Builds with buildah on bases of our own making and leaves OCI archives, each with its bill of materials beside it.
 *
 * @throws Error naming the command that adds what is missing.
 */
export async function buildImages(plan: BuildPlan): Promise<BuiltImage[]> {
  // Once, for the sources may change while they are built.
  const places = plan.images.map((target) => ({ target, ...placeOf(plan, target) }));
  const missing = places.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) await buildMissing(plan, missing);
  return places;
}

async function buildMissing(plan: BuildPlan, places: readonly Place[]): Promise<void> {
  assertBuildable(plan.tools);
  const { repository, cache, tools } = plan;
  const store = new ImageStore(tools, cache);
  const deps = { repository, cache, store, tools };
  await store.sweep();
  for (const name of readdirSync(cache).filter((entry) => entry.startsWith('work-'))) {
    rmSync(join(cache, name), { recursive: true, force: true });
  }
  const debian = await makeDebianBase(deps);
  const node = await makeBuildBase(deps, debian);
  await store.keepOnly('localhost/nannyapi-base/', [debian, node]);
  for (const { target, name, path, version } of places) {
    const bases = ['--build-arg', `BUILD_BASE=${node}`, '--build-arg', `BASE=${debian}`];
    const options = [...bases, ...buildOptions(plan, version)];
    await stage(`${target}: build`, async () =>
      store.buildah('bud', '--layers', '--pull-never', ...options, '--target', target, '-t', name, repository),
    );
    await stage(`${target}: archive`, async () => writeArchive(store, name, path));
    removeOldArchives(join(cache, 'archives'), `nannyapi-${target}-`);
  }
}

async function writeArchive(store: ImageStore, name: string, path: string): Promise<void> {
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  await store.withContainer(name, async (container) =>
    store.withFiles(container, async (root) => copyFileSync(join(root, SBOM), sbomPath(path))),
  );
  await store.buildah('push', name, `oci-archive:${partial}:${name}`);
  renameSync(partial, path);
}

function sbomPath(archive: string): string {
  return archive.replace(/\.tar$/, '.spdx.json');
}

function removeOldArchives(folder: string, prefix: string): void {
  const archives = readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.tar'))
    .map((name) => ({ path: join(folder, name), atMs: statSync(join(folder, name)).mtimeMs }))
    .sort((one, other) => other.atMs - one.atMs);
  for (const { path } of archives.slice(KEPT_ARCHIVES)) {
    rmSync(path, { force: true });
    rmSync(sbomPath(path), { force: true });
  }
}

function assertBuildable(tools: ToolRunner): void {
  if (process.getuid?.() !== 0) throw new Error('building needs root: mmdebstrap and buildah make file systems here');
  const absent = ['buildah', 'mmdebstrap'].filter((tool) => tools.ask(tool, ['--version']) === undefined);
  if (absent.length > 0) {
    throw new Error(`${absent.join(' and ')} missing: apt-get install ${absent.join(' ')} (or build with --docker)`);
  }
}
